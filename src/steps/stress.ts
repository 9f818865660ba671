// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {diskOf, isNic} from '../devices/roles.ts';
import {readPcap, testFrames} from '../evidence/pcap.ts';
import {digestSectors, freshSectors, identify, readSectors, sectorBytes} from '../evidence/sectors.ts';
import {deviceId} from '../spec/names.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';
import type {ExpectedTransfer} from '../verdict/expectation.ts';
import {place, tool} from './guest-command.ts';
import {through} from './fields.ts';
import {frameHeaderBytes, reasonUntraced} from './nic.ts';
import type {Observed} from './observed.ts';
import {checkDisk, checkProvider, checkRole} from './scene.ts';
import {readAccounting, type StressAccounting} from './stress-account.ts';
import {verb} from './verb.ts';

/** What images/guest/stress.h has room for. */
const most = {drives: 4, places: 4, workers: 16} as const;

/** What one worker maps of each provider (BUFFER_BYTES). */
const bufferBytes = 256 * 512 + 4096;

/** The longest run: two hours. */
const maxSeconds = 7200;

const distinct = (ids: readonly string[]): boolean => new Set(ids).size === ids.length;
const twice = {error: 'one is named twice'};

/** A load of more seconds than this is watched now and then. */
const watchedSeconds = 60;

/** Many workers on the same drives and the same NIC at once; sectors that say what they are. */
export const stress = verb({
  movesData: true,
  example: {drives: ['src', 'dst'], through: ['cmb', 'host-memory'], seconds: 20},
  options: z
    .strictObject({
      drives: z
        .array(deviceId)
        .min(1)
        .max(most.drives)
        .refine(distinct, twice)
        .meta({uniqueItems: true})
        .describe('Drives under load.'),
      through: z
        .array(through)
        .min(1)
        .max(most.places)
        .refine(distinct, twice)
        .meta({uniqueItems: true})
        .describe('Memories under load: providers, or host-memory.'),
      nic: deviceId.optional().describe('NIC that sends frames from these memories.'),
      seconds: z.int().min(1).max(maxSeconds).default(20).describe('Duration in seconds.'),
      workers: z.int().min(1).max(most.workers).default(4).describe('Number of workers.'),
      seed: z
        .int()
        .min(0)
        .max(2 ** 31 - 1)
        .default(1)
        .describe('Seed of the load. The same seed gives the same requests, but not the same timing.'),
    })
    .describe(
      'Runs a mixed load: workers read, write and copy sectors of all drives in requests of random size and offset, and send frames.',
    ),
  check({drives, through: places, nic, workers}, scene) {
    for (const [index, id] of drives.entries()) checkDisk(scene, ['drives', index], id, 512 * workers);
    for (const [index, id] of places.entries()) {
      checkProvider(scene, ['through', index], id, bufferBytes * workers);
    }
    if (nic !== undefined) checkRole(scene, ['nic'], nic, isNic, 'NIC');
  },
  title({drives, nic, seconds, ...options}) {
    const ends = [...drives, ...(nic === undefined ? [] : [nic])];
    return `stress ${ends.join(', ')} through ${options.through.join(', ')} for ${seconds} s`;
  },
  commands: ({drives, nic, workers, seconds, seed, ...options}, topology) => [
    tool(
      ...['stress', '--seconds', String(seconds), '--workers', String(workers), '--seed', String(seed)],
      ...drives.flatMap((id) => ['--drive', nodeOf(topology, id).bdf]),
      ...options.through.flatMap((id) => ['--through', place(topology, id)]),
      ...(nic === undefined ? [] : ['--nic', nodeOf(topology, nic).bdf]),
    ),
  ],
  heads: ({drives}, topology) =>
    drives.map((drive, index) => {
      const sectors = (diskOf(nodeOf(topology, drive)) ?? 0) / sectorBytes;
      return {drive, bytes: sectors * sectorBytes, content: () => freshSectors(index, sectors)};
    }),
  seconds: ({seconds}) => seconds,
  lasting: (options, seconds) => ({...options, seconds}),
  reasonToSkip: ({nic}, topology) => (nic === undefined ? undefined : reasonUntraced(topology, nic, true)),
  watched: {
    refusal: {op: 'transmit', reported: 'never'},
    watch: ({seconds}) => (seconds > watchedSeconds ? 'windows' : 'addresses'),
    transfers: ({nic}, topology, guest) => transfers(nic, topology, readAccounting(guest)),
    checks: async (options, observed) => {
      const account = readAccounting(observed.guestSaid);
      const checks = [
        ...(await Promise.all(options.drives.map((id) => checkDrive(id, account, observed)))),
        ...(options.nic === undefined ? [] : [await checkFrames(options.nic, account, observed)]),
      ];
      await observed.disks.adopt();
      return checks;
    },
  },
});

/** What the guest says has moved, as the devices do it: that is what the ledger is held against. */
function transfers(
  nic: string | undefined,
  topology: Topology,
  {flows, frames}: StressAccounting,
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
  const header = frameHeaderBytes(topology, nic);
  const sent = frames
    .filter(({bytes}) => bytes > 0)
    .flatMap(({through, bytes, frames: count}): readonly ExpectedTransfer[] => {
      // A frame whose payload has no address does not leave, and its header is not read.
      const frame = {initiator: nic, direction: 'read', api: 'page', beside: `frames ${through}`} as const;
      return [
        {...frame, target: idOf(through), bytes},
        {...frame, target: 'host-memory', bytes: count * header},
      ];
    });
  return [...moved, ...sent];
}

/** Every sector of a drive must be whole, and be the one that was written there last. */
async function checkDrive(
  id: string,
  {holds}: StressAccounting,
  {disks, topology}: Observed,
): Promise<Check> {
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
  account: StressAccounting,
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
