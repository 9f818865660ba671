// SPDX-License-Identifier: MIT
import {readPcap, testFrames} from '../../evidence/pcap.ts';
import {digestSectors, identify, readSectors, sectorBytes} from '../../evidence/sectors.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {nodeOf, type Topology} from '../../topology/model.ts';
import {check, type Check} from '../../verdict/check.ts';
import type {ExpectedTransfer} from '../../verdict/expectation.ts';
import type {DataVerb, Observed} from '../stage.ts';
import {readAccount, type StressAccount} from '../stress/account.ts';
import {place} from './copy.ts';

type Stress = OptionsOf<'stress'>;

/** Ethernet header and sequence number: the linear part of a frame, which lies in host memory. */
const headerBytes = 18;

/** Many workers on the same drives and the same NIC at once; sectors that say what they are. */
export const stress: DataVerb<Stress> = {
  command: ({drives, through, nic, workers, seconds, seed}, topology) => [
    ...['p2p', 'stress', '--seconds', String(seconds), '--workers', String(workers), '--seed', String(seed)],
    ...drives.flatMap((id) => ['--drive', nodeOf(topology, id).bdf]),
    ...through.flatMap((id) => ['--through', place(topology, id)]),
    ...(nic === undefined ? [] : ['--nic', nodeOf(topology, nic).bdf]),
  ],
  transfers: (options, topology, guest) => transfers(options, topology, readAccount(guest)),
  effect: () => undefined,
  checks: async (options, observed) => {
    const account = readAccount(observed.guestSaid);
    const checks = [
      ...(await Promise.all(options.drives.map((id) => checkDrive(id, account, observed)))),
      ...(options.nic === undefined ? [] : [await checkFrames(options.nic, account, observed)]),
    ];
    await observed.disks.adopt();
    return checks;
  },
};

/** What the guest says has moved, as the devices do it: that is what the ledger is held against. */
function transfers(
  {nic}: Stress,
  topology: Topology,
  {flows, frames}: StressAccount,
): readonly ExpectedTransfer[] {
  const idOf = (bdf: string): string => topology.nodes.find((node) => node.bdf === bdf)?.id ?? bdf;
  const moved = flows
    .filter(({bytes}) => bytes > 0)
    .map(({device, direction, through, bytes}): ExpectedTransfer => {
      // A drive that reads its medium writes to memory.
      const towards = direction === 'read' ? 'write' : 'read';
      const beside = `${device} ${direction} ${through}`;
      return {
        ...{initiator: idOf(device), direction: towards, target: idOf(through)},
        ...{bytes, api: 'sg', beside},
      };
    });
  if (nic === undefined) return moved;
  const sent = frames
    .filter(({bytes}) => bytes > 0)
    .flatMap(({through, bytes, frames: count}): readonly ExpectedTransfer[] => {
      // A frame whose payload has no address does not leave, and its header is not read.
      const frame = {initiator: nic, direction: 'read', api: 'page', beside: `frames ${through}`} as const;
      return [
        {...frame, target: idOf(through), bytes},
        {...frame, target: 'host-memory', bytes: count * headerBytes},
      ];
    });
  return [...moved, ...sent];
}

/** Every sector of a drive must be whole, and be the one that was written there last. */
async function checkDrive(id: string, {holds}: StressAccount, {disks, topology}: Observed): Promise<Check> {
  const said = holds.find(({device}) => device === nodeOf(topology, id).bdf);
  if (said === undefined) {
    return check('sectors', false, 'guest', {code: 'sectors-unreported', subject: id, parameters: {}});
  }
  const {broken, digests} = await readSectors(disks.files[id] ?? '', said.sectors);
  const stale = digests.findIndex((digest, index) => digest !== said.digests[index]);
  if (broken !== undefined) {
    const parameters = {sectors: broken.count, first: broken.first};
    return check('sectors', false, 'host', {code: 'sectors-torn', subject: id, parameters});
  }
  if (stale >= 0) {
    const first = stale * digestSectors;
    const parameters = {first, last: first + digestSectors - 1};
    return check('sectors', false, 'host', {code: 'sectors-stale', subject: id, parameters});
  }
  return check('sectors', true, 'host', {
    code: 'sectors-match',
    subject: id,
    parameters: {sectors: said.sectors},
  });
}

/** Every frame must have left once, and hold what sectors hold. */
async function checkFrames(
  nic: string,
  account: StressAccount,
  {frames: framesOf}: Observed,
): Promise<Check> {
  const recorded = testFrames(readPcap(await framesOf(nic)), Infinity);
  const wanted = account.frames.reduce((sum, {frames}) => sum + frames, 0);
  const bytes = account.frames.reduce((sum, entry) => sum + entry.bytes, 0);
  const sent = recorded.reduce((sum, {payload}) => sum + payload.length, 0);
  const foreign = recorded.filter(({payload}) => !isWhole(payload)).length;
  const twice = recorded.length - new Set(recorded.map(({sequence}) => sequence)).size;
  const ok = recorded.length === wanted && sent === bytes && foreign === 0 && twice === 0;
  const seen = {frames: recorded.length, bytes: sent};
  const differing = {...seen, foreign, repeated: twice, expected: {frames: wanted, bytes}};
  return check(
    'frames',
    ok,
    'host',
    ok
      ? {code: 'load-frames-match', subject: nic, parameters: seen}
      : {code: 'load-frames-differ', subject: nic, parameters: differing},
  );
}

/** Whether a payload is sectors, the last of them maybe cut. */
function isWhole(payload: Buffer): boolean {
  for (let start = 0; start < payload.length; start += sectorBytes) {
    if (identify(payload.subarray(start, start + sectorBytes)) === undefined) return false;
  }
  return payload.length > 0;
}
