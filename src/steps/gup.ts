// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceAt} from '../evidence/address-map.ts';
import {deviceId} from '../spec/names.ts';
import {nodeOf} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';
import type {Finding, FindingOf} from '../verdict/finding.ts';
import {tool} from './guest-command.ts';
import type {Fact} from './guest-facts.ts';
import {pageBytes} from './fields.ts';
import type {GuestResults} from './observed.ts';
import {checkProvider} from './scene.ts';
import {verb} from './verb.ts';

/**
 * Ways to have the kernel pin user pages without FOLL_PCI_P2PDMA: mm/process_vm_access.c, /proc/PID/mem
 * (mm/memory.c, access_remote_vm()), fs/splice.c.
 */
const gupCallers = [
  'process_vm_readv',
  'process_vm_writev',
  'proc-mem-read',
  'proc-mem-write',
  'vmsplice',
] as const;

type Caller = (typeof gupCallers)[number];

/**
 * The error of each caller. process_vm_rw_single_vec() (mm/process_vm_access.c) returns EFAULT whatever
 * pin_user_pages_remote() says; vmsplice() returns that of get_user_pages_fast(), which is the EREMOTEIO of
 * try_grab_folio() (mm/gup.c). mem_rw() (fs/proc/base.c) returns EIO where access_remote_vm() copied nothing.
 */
const errors: Readonly<Record<Caller, string>> = {
  process_vm_readv: 'EFAULT',
  process_vm_writev: 'EFAULT',
  'proc-mem-read': 'EIO',
  'proc-mem-write': 'EIO',
  vmsplice: 'EREMOTEIO',
};

/** System calls that did not ask for a peer's pages get none, and the CPU does not reach its memory. */
export const gup = verb({
  movesData: false,
  example: {provider: 'cmb', callers: ['process_vm_readv', 'vmsplice']},
  options: z
    .strictObject({
      provider: deviceId.describe('The provider.'),
      callers: z
        .array(z.enum(gupCallers))
        .min(1)
        .default([...gupCallers])
        .describe('The system calls.'),
    })
    .describe(
      "Passes a provider's memory to system calls that pin user pages without FOLL_PCI_P2PDMA. The kernel must refuse each of them.",
    ),
  check({provider}, scene) {
    checkProvider(scene, ['provider'], provider, pageBytes);
  },
  title: ({provider, callers}) => `gup ${provider} by ${callers.join(', ')}`,
  commands: ({provider, callers}, topology) => [tool('gup', nodeOf(topology, provider).bdf, ...callers)],
  mapped: ({provider}) => [provider],
  watched: {
    transfers: () => [],
    account: ({callers}, results) => callers.map((caller) => refused(caller, results)),
    checks: ({provider}, {events, map}) => {
      // QEMU traces every access to a controller's memory buffer, but none to a BAR in RAM.
      const reached = events.filter(
        (event) => event.kind === 'access' && deviceAt(map, event.address)?.device === provider,
      ).length;
      const finding =
        reached === 0
          ? ({code: 'memory-untouched', subject: provider, parameters: {}} as const)
          : ({code: 'memory-touched', subject: provider, parameters: {accesses: reached}} as const);
      return Promise.resolve([check('accesses', reached === 0, 'host', finding)]);
    },
  },
});

function refused(caller: Caller, results: GuestResults): Check {
  const fact = results.flatMap(({facts}) => facts).find(({op}) => op === caller);
  const expected = errors[caller];
  const ok = fact?.ok === false && fact.errname === expected;
  return check('guest', ok, 'guest', ok ? refusedWith(caller, expected) : notRefused(caller, fact, expected));
}

function refusedWith(subject: string, errname: string): FindingOf<'caller-refused'> {
  return {code: 'caller-refused', subject, parameters: {errname}};
}

function notRefused(subject: string, fact: Fact | undefined, expected: string): Finding {
  if (fact === undefined) return {code: 'caller-not-run', subject, parameters: {expected}};
  if (fact.ok) return {code: 'caller-got-bytes', subject, parameters: {bytes: fact.bytes ?? 0, expected}};
  const {errname} = fact;
  const parameters = {...(errname !== undefined && {errname}), expected};
  return {code: 'caller-wrong-error', subject, parameters};
}
