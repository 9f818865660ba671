// SPDX-License-Identifier: MIT
import {deviceAt} from '../../evidence/address-map.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {nodeOf} from '../../topology/model.ts';
import {check, type Check} from '../../verdict/check.ts';
import type {Finding, FindingOf} from '../../verdict/finding.ts';
import type {Fact} from '../facts.ts';
import type {DataVerb, GuestResults} from '../stage.ts';

type Gup = OptionsOf<'gup'>;

/**
 * The error of each caller. process_vm_rw_single_vec() (mm/process_vm_access.c) returns EFAULT whatever
 * pin_user_pages_remote() says; vmsplice() returns that of get_user_pages_fast(), which is the EREMOTEIO of
 * try_grab_folio() (mm/gup.c). mem_rw() (fs/proc/base.c) returns EIO where access_remote_vm() copied nothing.
 */
const errors: Readonly<Record<Gup['callers'][number], string>> = {
  process_vm_readv: 'EFAULT',
  process_vm_writev: 'EFAULT',
  'proc-mem-read': 'EIO',
  'proc-mem-write': 'EIO',
  vmsplice: 'EREMOTEIO',
};

/** System calls that did not ask for a peer's pages get none, and the CPU does not reach its memory. */
export const gup: DataVerb<Gup> = {
  command: ({provider, callers}, topology) => ['p2p', 'gup', nodeOf(topology, provider).bdf, ...callers],
  transfers: () => [],
  effect: () => undefined,
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
};

function refused(caller: Gup['callers'][number], results: GuestResults): Check {
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
