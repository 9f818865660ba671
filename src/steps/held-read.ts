// SPDX-License-Identifier: MIT
import {namespaceOf} from '../devices/roles.ts';
import type {LedgerEntry} from '../evidence/ledger.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';
import type {ExpectedTransfer} from '../verdict/expectation.ts';
import {total} from '../verdict/transfers.ts';
import {endChecks} from './calls.ts';
import {begin, end, type GuestCommand, tool} from './guest-command.ts';
import {awaitReads, holdRead, release, slowDown, speedUp, traceEnd} from './hold-reads.ts';
import type {GuestResults, Observed} from './observed.ts';
import {type Removal, removalCommand, removalTitle, takesMemory} from './removal.ts';

/** Seconds that something may take once nothing stands in its way any more. */
const endLimit = 20;

/** A transfer whose first read the drive holds. */
export interface HeldRead {
  /** The command of the guest's tool. */
  readonly words: readonly string[];
  readonly drive: string;
  readonly bytes: number;
}

/** The transfer is begun, the drive holds it, the removal is begun, the drive goes on, and both must end. */
export function disturbed(
  {words, drive, bytes}: HeldRead,
  what: Removal,
  topology: Topology,
): readonly GuestCommand[] {
  const nsid = namespaceOf(nodeOf(topology, drive)) ?? 0;
  const isReset = what.kind === 'reset';
  let mark = 0;
  const transfer: GuestCommand = {
    ...tool(...words),
    before: async (guest) => {
      mark = await traceEnd(guest);
      await (isReset ? slowDown(guest, drive, bytes) : holdRead(guest, drive));
    },
  };
  const removal = removalCommand(what, topology);
  return [
    begin('io', transfer),
    begin('removal', {
      ...removal,
      before: async (guest) => {
        await awaitReads(guest, nsid, isReset ? 2 : 1, mark);
        await removal.before?.(guest);
      },
    }),
    {
      ...end('io', transfer, endLimit),
      before: async (guest) => {
        await (isReset ? speedUp(guest, drive) : release(guest, drive));
      },
    },
    end('removal', removal, endLimit),
  ];
}

/** The removal was begun once the trace showed the read: that it still was under way then needs a drive that took it. */
export function inFlight(from: string | undefined, what: Removal, {ledger}: Observed): Check {
  const ok = !ledger.rejected.some(({initiator}) => initiator === from);
  const code = ok ? 'read-in-flight' : 'read-not-in-flight';
  const parameters = {removal: removalTitle(what)};
  return check('in-flight', ok, 'host', {code, subject: from ?? '', parameters});
}

/** What the guest reports of a removal that was begun while these memories were in use. */
export function disturbanceChecks(
  memories: readonly string[],
  what: Removal,
  results: GuestResults,
  topology: Topology,
): readonly Check[] {
  const title = removalTitle(what);
  const state = results[1]?.facts.find(({op}) => op === 'begin');
  const used = memories.some((memory) => takesMemory(what, memory, topology));
  const waits = check(
    'waits',
    state?.state === 'waits',
    'guest',
    state?.state === 'waits'
      ? {
          code: 'removal-waited',
          subject: title,
          parameters: state.where === undefined ? {} : {where: state.where},
        }
      : {code: 'removal-did-not-wait', subject: title, parameters: {}},
  );
  return [...(used ? [waits] : []), ...endChecks(results[3], title)];
}

/** All that had to move has moved, to where it had to, and nothing else: parts of it more than once. */
export function atLeast(entries: readonly LedgerEntry[], expected: readonly ExpectedTransfer[]): Check {
  const actual = total(entries);
  const wanted = total(expected);
  const ok =
    actual.size === wanted.size &&
    [...wanted].every(([key, {bytes}]) => (actual.get(key)?.bytes ?? 0) >= bytes);
  const moved = [...actual.values()];
  return check(
    'ledger',
    ok,
    'host',
    ok
      ? {code: 'ledger-matches', parameters: {moved}}
      : {code: 'ledger-differs', parameters: {moved, expected: [...wanted.values()], atLeast: true}},
  );
}
