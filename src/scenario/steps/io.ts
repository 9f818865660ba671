// SPDX-License-Identifier: MIT
import type {OptionsOf} from '../../spec/steps/registry.ts';
import type {Removal} from '../../spec/steps/removal.ts';
import {nodeOf, type Topology} from '../../topology/model.ts';
import {check, type Check} from '../../verdict/check.ts';
import type {ExpectedTransfer} from '../../verdict/expectation.ts';
import {total} from '../../verdict/transfers.ts';
import type {LedgerEntry} from '../../evidence/ledger.ts';
import {awaitReads, holdRead, release, slowDown, speedUp, traceEnd} from '../hold.ts';
import type {DataVerb, GuestResults, Observed} from '../stage.ts';
import {callChecks, endChecks} from '../calls.ts';
import {begin, end, type GuestCommand} from './command.ts';
import {place, providerChecks} from './copy.ts';
import {removalCommand, removalTitle, takesMemory} from './removal.ts';

type Io = OptionsOf<'io'>;

/** What memory holds that nothing was read into: the guest's tool fills it with this. */
const untouched = 0xa5;

/** Seconds that something may take once nothing stands in its way any more. */
const endLimit = 20;

/** NVMe -> a vector of places -> NVMe, in every shape that a process can give it. */
export const io: DataVerb<Io> = {
  command: words,
  staged: (options, topology) =>
    options.during === undefined ? undefined : disturbed(options, options.during, topology),
  transfers: (options) => {
    const {from, to, iovec, overrun, 'expect-error': expectError} = options;
    const flows = (initiator: string, direction: 'read' | 'write', times: number): ExpectedTransfer[] =>
      iovec.map(({through, bytes}) => ({
        initiator,
        direction,
        target: through,
        bytes: bytes * times,
        api: 'sg',
      }));
    const done = (call: 'read' | 'write'): boolean =>
      expectError === undefined || (call === 'read' && expectError.write !== undefined);
    return [
      ...(from !== undefined && done('read') ? flows(from, 'write', reads(options)) : []),
      // A read that ends short goes on through the page cache: block/fops.c, blkdev_read_iter.
      ...(from !== undefined && done('read') && overrun > 0
        ? [{initiator: from, direction: 'write', target: 'host-memory', bytes: overrun, api: 'sg'} as const]
        : []),
      ...(to !== undefined && done('write') ? flows(to, 'read', 1) : []),
    ];
  },
  effect: ({from, to, fromOffset, toOffset, 'expect-error': expectError, ...options}, disks) => {
    if (to === undefined || expectError !== undefined) return;
    const bytes = moved(options);
    disks.write(
      to,
      toOffset,
      from === undefined ? Buffer.alloc(bytes, untouched) : disks.read(from, fromOffset, bytes),
    );
  },
  account: (options, results, topology) => {
    const {from, to, 'expect-error': expectError} = options;
    const disturbance = options.during;
    const own = disturbance === undefined ? results : results.slice(2, 3);
    const wanted = [
      ...(from === undefined ? [] : [{op: 'read', bytes: moved(options) * reads(options)}]),
      ...(to === undefined ? [] : [{op: 'write', bytes: moved(options)}]),
    ];
    const calls = callChecks(own, wanted, expectError);
    if (disturbance === undefined) return calls;
    return [...calls, ...disturbanceChecks(options, disturbance, results, topology)];
  },
  // A controller that was reset is given again what it had in hand.
  ledger: ({during: what}, entries, expected) =>
    what?.kind === 'reset' ? atLeast(entries, expected) : undefined,
  checks: ({from, fromOffset, iovec, readback, during: what}, observed) => {
    const [part] = iovec;
    const held = what === undefined ? [] : [inFlight(from, what, observed)];
    const isTraced =
      readback &&
      from !== undefined &&
      iovec.length === 1 &&
      part !== undefined &&
      part.through !== 'host-memory' &&
      nodeOf(observed.topology, part.through).type === 'nvme';
    if (!isTraced) return Promise.resolve(held);
    const content = observed.disks.read(from, fromOffset, part.bytes);
    return Promise.resolve([...held, ...providerChecks(observed, part.through, content)]);
  },
};

function moved({iovec}: Pick<Io, 'iovec'>): number {
  return iovec.reduce((sum, {bytes}) => sum + bytes, 0);
}

/** To be caught by a reset, a read has to follow another: the first is let through. */
function reads({repeat, during: what}: Pick<Io, 'repeat' | 'during'>): number {
  return what?.kind === 'reset' ? Math.max(2, repeat) : repeat;
}

function words(options: Io, topology: Topology): readonly string[] {
  const {from, to, fromOffset, toOffset, iovec, engine, overrun, readOnly, child, readback} = options;
  return [
    ...['p2p', 'io'],
    ...(from === undefined ? [] : ['--from', place(topology, from)]),
    ...(to === undefined ? [] : ['--to', place(topology, to)]),
    ...(fromOffset === 0 ? [] : ['--from-offset', String(fromOffset)]),
    ...(toOffset === 0 ? [] : ['--to-offset', String(toOffset)]),
    ...iovec.flatMap(({through, bytes, skip}) => ['--iovec', `${place(topology, through)},${bytes},${skip}`]),
    ...(engine === 'sync' ? [] : ['--engine', engine]),
    ...(overrun === 0 ? [] : ['--overrun', String(overrun)]),
    ...(reads(options) === 1 ? [] : ['--repeat', String(reads(options))]),
    ...(readOnly ? ['--read-only'] : []),
    ...(child ? ['--child'] : []),
    ...(readback ? ['--readback'] : []),
  ];
}

/** The transfer is begun, the drive holds it, the removal is begun, the drive goes on, and both must end. */
function disturbed(options: Io, what: Removal, topology: Topology): readonly GuestCommand[] {
  const drive = options.from ?? '';
  const node = nodeOf(topology, drive);
  const nsid = node.kind === 'endpoint' && node.type === 'nvme' ? (node.nsid ?? 0) : 0;
  const isReset = what.kind === 'reset';
  let mark = 0;
  const transfer: GuestCommand = {
    words: words(options, topology),
    exit: 0,
    before: async (guest) => {
      mark = await traceEnd(guest);
      await (isReset ? slowDown(guest, drive, moved(options)) : holdRead(guest, drive));
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
function inFlight(from: string | undefined, what: Removal, {ledger}: Observed): Check {
  const ok = !ledger.rejected.some(({initiator}) => initiator === from);
  const code = ok ? 'read-in-flight' : 'read-not-in-flight';
  const parameters = {removal: removalTitle(what)};
  return check('in-flight', ok, 'host', {code, subject: from ?? '', parameters});
}

function disturbanceChecks(
  {iovec}: Io,
  what: Removal,
  results: GuestResults,
  topology: Topology,
): readonly Check[] {
  const title = removalTitle(what);
  const state = results[1]?.facts.find(({op}) => op === 'begin');
  const used = iovec.some(({through}) => takesMemory(what, through, topology));
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
function atLeast(entries: readonly LedgerEntry[], expected: readonly ExpectedTransfer[]): Check {
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
