// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {address, bytes, count, none, text} from './parts.ts';

/** What disks, frames, displays and memory hold. The subject is the device. */
export const contentFindings = {
  'disk-matches': none,
  'disk-differs': z.strictObject({bytes, offset: bytes}),
  'sectors-match': z.strictObject({sectors: count}),
  'sectors-unreported': none,
  'sectors-torn': z.strictObject({sectors: count, first: count}),
  'sectors-stale': z.strictObject({first: count, last: count}),
  'frames-match': z.strictObject({frames: count, source: text}),
  'frames-differ': z.strictObject({frames: count, expected: count, source: text, bytes, offset: bytes}),
  'load-frames-match': z.strictObject({frames: count, bytes}),
  'load-frames-differ': z.strictObject({
    ...{frames: count, bytes, foreign: count, repeated: count},
    expected: z.strictObject({frames: count, bytes}),
  }),
  'picture-matches': z.strictObject({source: text, pixels: count}),
  'picture-differs': z.strictObject({difference: text}),
  'read-back-matches': none,
  'read-back-partial': z.strictObject({bytes, expected: bytes}),
  'read-back-differs': z.strictObject({bytes, offset: bytes}),
  /** The subject of these is the provider. */
  'placement-correct': z.strictObject({address}),
  'placement-wrong': z.strictObject({
    ...{initiator: text, address, translated: address.optional(), expected: address},
  }),
  'memory-untouched': none,
  'memory-touched': z.strictObject({accesses: count}),
} as const;
