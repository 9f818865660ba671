// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {bytes, call, contradiction, count, none, text, texts} from './parts.ts';

/** What the guest reports of its calls and commands, and what QEMU and the guest show of devices. */
export const guestFindings = {
  'guest-success': none,
  'guest-failed': z.strictObject({
    op: text,
    errname: text.optional(),
    contradiction: contradiction.optional(),
  }),
  'guest-refused': z.strictObject({op: text, errname: text}),
  'guest-refusal-differs': z.strictObject({
    ...call,
    expected: z.strictObject({op: text, errnames: texts}),
    contradiction: contradiction.optional(),
  }),
  'frames-not-dropped': z.strictObject({op: text, errname: text.optional()}),
  'calls-succeeded': none,
  'call-failed': z.strictObject({op: text, errname: text.optional()}),
  'call-error-correct': z.strictObject({op: text, errname: text}),
  'call-error-differs': z.strictObject({...call, expected: z.strictObject({op: text, errname: text})}),
  'call-returned': z.strictObject({op: text, bytes}),
  'call-short': z.strictObject({op: text, bytes: bytes.optional(), expected: bytes}),
  /** The subject of these is the system call. */
  'caller-refused': z.strictObject({errname: text}),
  'caller-not-run': z.strictObject({expected: text}),
  'caller-got-bytes': z.strictObject({bytes, expected: text}),
  'caller-wrong-error': z.strictObject({errname: text.optional(), expected: text}),
  /** The subject is the command. */
  'command-exit': z.strictObject({exit: count, stderr: text.optional()}),
  'command-exit-differs': z.strictObject({exit: count, expected: count, stderr: text.optional()}),
  /** The subject of these is a removal: `unbind of cmb`. */
  'removal-ended': none,
  'removal-blocked': z.strictObject({where: text.optional()}),
  'removal-failed': z.strictObject({errname: text.optional()}),
  'removal-waited': z.strictObject({where: text.optional()}),
  'removal-did-not-wait': none,
  /** The subject of these is the drive. */
  'read-in-flight': z.strictObject({removal: text}),
  'read-not-in-flight': z.strictObject({removal: text}),
  'command-traced': none,
  'command-untraced': none,
  /** The subject is the device. */
  'driver-unbound': z.strictObject({bdf: text}),
  'slot-empty': z.strictObject({devices: texts}),
  'slot-occupied': z.strictObject({devices: texts}),
  'slot-partly-occupied': z.strictObject({devices: texts, expected: texts}),
  'tree-matches': none,
  'tree-differs': z.strictObject({difference: text}),
  /** The subject of these is the kernel module. */
  'prototype-matches': z.strictObject({mapped: bytes, moved: bytes}),
  'prototype-differs': z.strictObject({mapped: bytes, moved: bytes}),
  'nothing-to-check': none,
} as const;
