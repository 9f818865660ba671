// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {issueCause} from './transfers.ts';
import {bytes, count, none, rejected, text, texts} from './parts.ts';

/** When a crash came: in a step, numbered from 1, or outside all of them. */
const moment = z.discriminatedUnion('when', [
  z.strictObject({when: z.enum(['before-steps', 'after-steps'])}),
  z.strictObject({when: z.literal('step'), number: count, title: text}),
]);

/** A crash, by its kind and its title as the kernel or the lab reports it. */
export const crashFindings = {
  crash: z.strictObject({
    kind: text,
    title: text,
    /** `file:line` in the kernel's source. */
    place: text.optional(),
    moment: moment.optional(),
    /** What the lab itself observed of a guest that hangs. */
    observed: text.optional(),
    /** Of a hang that a known issue explains: the kernel function that waits, and the cause. */
    blockedIn: text.optional(),
    cause: issueCause.optional(),
  }),
} as const;

const command = {command: texts} as const;

/** What is wrong with the lab, its host or the evidence. It says nothing about the kernel. */
export const errorFindings = {
  'host-error': z.strictObject({message: text, hint: text.optional()}),
  'internal-error': z.strictObject({message: text, location: text.optional()}),
  'no-host-evidence': none,
  'trace-incomplete': z.strictObject({message: text}),
  'trace-empty': z.strictObject({op: text, bytes}),
  'log-incomplete': z.strictObject({message: text}),
  'topology-differs': z.strictObject({difference: text}),
  'guest-tool-failed': z.strictObject({...command, where: text, errname: text.optional()}),
  'module-failed': z.strictObject({...command, errname: text.optional()}),
  'module-setup-failed': z.strictObject({...command, exit: count, output: text}),
  'module-probe-failed': z.strictObject({error: text}),
  /** The subject is the client. */
  'module-map-failed': z.strictObject({provider: text, error: text}),
  'command-silent': z.strictObject({...command, exit: count, stderr: text}),
  'post-command-failed': z.strictObject({...command, variant: text, exit: count, stderr: text}),
  /** The subject is the edu. */
  'edu-unbound': z.strictObject({bdf: text, driver: text, dmaBits: count}),
  /** The subject is the drive. */
  'mixed-memory-unsupported': rejected,
} as const;

/** Why a run or a step is not done here. */
export const skipFindings = {
  'variant-required': z.strictObject({variants: texts}),
  'instructions-not-counted': z.strictObject({variant: text}),
  'architecture-differs': z.strictObject({machine: text, architecture: text, kernel: text}),
  /** The subject is the feature. */
  'feature-missing': z.strictObject({kernel: text}),
  'feature-removed': z.strictObject({kernel: text, description: text}),
  'qemu-unsuitable': z.strictObject({message: text}),
  'qemu-device-missing': z.strictObject({qemu: text, devices: texts}),
  /** The subject is the port, the device or the NIC. */
  'port-without-acs': none,
  'switch-not-pluggable': none,
  'nic-untraced': z.strictObject({type: text, behindIommu: z.boolean(), needsRouting: z.boolean()}),
  'no-strict-iommu': none,
  /** The subject of these is the initiator. */
  'no-iova': z.strictObject({memory: text}),
  'not-routed': z.strictObject({provider: text}),
  'bar-beyond-mask': z.strictObject({machine: text, provider: text, type: text}),
  'conventional-bus': z.strictObject({provider: text, bridge: text}),
  /** The subject is the provider. */
  'no-struct-page': z.strictObject({machine: text}),
} as const;

/** A sentence of an older p2plab that recorded no code. */
export const unknownFindings = {unknown: z.strictObject({text})} as const;
