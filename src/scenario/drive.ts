// SPDX-License-Identifier: MIT
import {stat} from 'node:fs/promises';
import {type AddressMap, readBars, readMemory} from '../evidence/address-map.ts';
import {eventsOf} from '../evidence/traced-events.ts';
import type {Ring} from '../evidence/e1000-ring.ts';
import {debugOf} from '../base/debug.ts';
import {HostError, messageOf} from '../base/errors.ts';
import type {Guest} from '../guest/guest.ts';
import type {Feature, BaseFeature} from '../spec/features.ts';
import type {Step} from '../steps/step.ts';
import type {Topology} from '../topology/model.ts';
import type {Asked} from '../verdict/remembered.ts';
import type {Disks} from './disks.ts';
import {readFacts} from '../steps/facts.ts';
import {type FrameMarks, markFrames} from './frames.ts';
import type {Prototypes} from './prototypes.ts';
import type {TraceRange} from './read-trace.ts';
import {readRings} from './rings.ts';
import {inWindows} from './windows.ts';
import {type BoundDataVerb, dataVerb, guestCommands} from '../steps/bound.ts';
import type {GuestCommand} from '../steps/command.ts';
import type {GuestResults} from '../steps/observed.ts';
import {verbOf} from '../steps/registry.ts';
import type {Watch} from '../steps/verb.ts';

/** What steps are driven in. */
export interface Scene {
  readonly topology: Topology;
  /** Of the guest's kernel. */
  readonly features: readonly Feature[];
  readonly missing: readonly BaseFeature[];
  /** What the kernel has worked out, and remembers. */
  readonly asked: Asked;
  readonly guest: Guest;
  readonly disks: Disks;
  readonly pcaps: Readonly<Record<string, string>>;
  readonly memory: AddressMap['memory'];
  readonly prototypes: Prototypes;
  readonly folder: string;
  /** Functions that are unplugged now. */
  readonly unplugged: ReadonlySet<string>;
  /** How many times as long as usual a step may take. */
  readonly timeoutScale: number;
}

const defaultLimit = 60;

const debug = debugOf('trace');

/** What a step left behind. Nothing of it has been looked at yet, and the guest is idle again. */
export interface Acted {
  readonly step: Step;
  /** performance.now() at its beginning. */
  readonly begun: number;
  readonly commands: readonly GuestCommand[];
  readonly guest: GuestResults;
  /** For a step that moves data. */
  readonly watched?: Watched;
}

/** What the host saw while data was moved. */
export interface Watched {
  readonly verb: BoundDataVerb;
  readonly map: AddressMap;
  /** Where QEMU's trace backend wrote, each time that the trace was on. */
  readonly traces: readonly TraceRange[];
  /** The counters of prototypes as they stood before. */
  readonly counted: Awaited<ReturnType<Prototypes['read']>>;
  /** How NICs whose descriptors are not traced stood before. */
  readonly rings: readonly Ring[];
  /** Where the recordings of NICs ended before. */
  readonly marks: FrameMarks;
}

/** How long a step may take, in milliseconds. */
function limitOf(step: Step, timeoutScale: number): number {
  const own = verbOf(step).seconds?.(step.options) ?? 0;
  return (step.timeout ?? defaultLimit + own) * 1000 * timeoutScale;
}

/** Drives one step: the guest acts, and the host watches the devices meanwhile. */
export async function actStep(step: Step, scene: Scene): Promise<Acted> {
  const begun = performance.now();
  const commands = guestCommands(step, scene.topology);
  const verb = dataVerb(step);
  const limit = limitOf(step, scene.timeoutScale);
  if (verb === undefined) return {step, begun, commands, guest: await runAll(commands, scene.guest, limit)};
  const map = {bars: readBars(await scene.guest.qmp.execute('query-pci')), memory: scene.memory};
  const [counted, marks] = await Promise.all([scene.prototypes.read(scene.guest), markFrames(scene.pcaps)]);
  const rings = await readRings(scene, map, verb.untracedSenders(scene.topology));
  const act = () => runAll(commands, scene.guest, limit);
  const {watch} = verb;
  const before = {verb, map, counted, marks, rings};
  if (watch !== 'windows') {
    const {result: guest, trace} = await traced(scene, act, watch);
    return {step, begun, commands, guest, watched: {...before, traces: [trace]}};
  }
  const traces: TraceRange[] = [];
  const guest = await inWindows(act, async (open) => {
    traces.push((await traced(scene, open, watch)).trace);
  });
  return {step, begun, commands, guest, watched: {...before, traces}};
}

async function runAll(commands: readonly GuestCommand[], guest: Guest, limit: number): Promise<GuestResults> {
  const results: GuestResults[number][] = [];
  for (const {words, exit, before, after, carryOn} of commands) {
    await before?.(guest);
    const {code, stdout, stderr, truncated} = await guest.run(words, limit);
    results.push({command: words, code, facts: readFacts(words, {stdout, truncated}), stdout, stderr});
    if (code === exit) await after?.(guest);
    else if (carryOn !== true) break;
  }
  return results;
}

/**
 * What is switched on and off. In the middle of a load the events of a command and of its addresses must be
 * switched at once, or one has no other: QEMU takes a pattern for all of NVMe's, which are more than are read.
 */
function switchedEvents(names: readonly string[], watch: Watch): readonly string[] {
  if (watch === 'accesses') return names;
  const addresses = names.filter((name) => !name.startsWith('memory_region_'));
  if (watch === 'addresses') return addresses;
  return ['pci_nvme_*', ...addresses.filter((name) => !name.startsWith('pci_nvme_'))];
}

/** Runs `work` with the trace on, and returns where QEMU wrote meanwhile. */
async function traced<T>(
  {guest, topology}: Pick<Scene, 'guest' | 'topology'>,
  work: () => Promise<T>,
  watch: Watch,
): Promise<{result: T; trace: TraceRange}> {
  const events = switchedEvents(eventsOf(topology.iommu?.type, topology.routed), watch);
  const set = async (enable: boolean): Promise<void> => {
    debug?.(`${enable ? 'on' : 'off'}: ${events.join(' ')}`);
    await Promise.all(events.map((name) => guest.qmp.execute('trace-event-set-state', {name, enable})));
  };
  const before = await sizeOf(guest.traceFile);
  await set(true);
  const result = await work();
  await set(false);
  const end = await sizeOf(guest.traceFile);
  debug?.(`bytes ${before} to ${end} of ${guest.traceFile}`);
  return {result, trace: {file: guest.traceFile, begin: before, end}};
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new HostError(`QEMU's trace ${file} is gone: ${messageOf(error)}`);
  }
}

/** The ranges of the machine's memory: they do not change while it runs. */
export async function machineMemory(guest: Guest, {platform}: Topology): Promise<AddressMap['memory']> {
  const {memoryRegion: region, deviceSpace: space} = platform;
  const memory = readMemory(await guest.qmp.monitor('info mtree -f'), {region, space});
  if (memory.length === 0) throw new HostError('QEMU shows no memory of the machine');
  return memory;
}
