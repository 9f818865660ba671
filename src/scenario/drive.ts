// SPDX-License-Identifier: MIT
import {stat} from 'node:fs/promises';
import {type AddressMap, readBars, readMemory} from '../evidence/address-map.ts';
import {eventsOf} from '../evidence/traced-events.ts';
import type {Ring} from '../evidence/e1000-ring.ts';
import {debugOf} from '../base/debug.ts';
import {HostError, messageOf} from '../base/errors.ts';
import type {Guest} from '../guest/guest.ts';
import type {Feature, BaseFeature} from '../spec/features.ts';
import type {Step} from '../spec/step.ts';
import type {OptionsOf} from '../spec/steps/registry.ts';
import type {Removal} from '../spec/steps/removal.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import type {Asked} from '../verdict/remembered.ts';
import type {Disks} from './disks.ts';
import {readFacts} from './facts.ts';
import {type FrameMarks, markFrames} from './frames.ts';
import type {Prototypes} from './prototypes.ts';
import type {StepRecord} from './record.ts';
import type {TraceRange} from './read-trace.ts';
import {readRings} from './rings.ts';
import {inWindows} from './windows.ts';
import type {GuestCommand} from './steps/command.ts';
import {removalTitle} from './steps/removal.ts';
import {type BoundDataVerb, dataVerb, guestCommands} from './steps/registry.ts';

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

/** A step as a line for a person. */
export function stepTitle(step: Step): string {
  if (step.name !== undefined) return step.name;
  switch (step.verb) {
    case 'copy': {
      const {from, through, to} = step.options;
      return `copy ${[from, through, ...(to === undefined ? [] : [to])].join(' → ')}`;
    }
    case 'blit':
      return `blit ${step.options.from} → ${step.options.to}`;
    case 'dma': {
      const {edu, api, source, target} = step.options;
      return `dma ${source} → ${edu} → ${target} by ${api}`;
    }
    case 'map-probe': {
      const {initiator, api, segments} = step.options;
      return `map-probe ${initiator} ↔ ${segments.map(({memory}) => memory).join(', ')} by ${api}`;
    }
    case 'count':
      return `count instructions of mapping for ${step.options.initiator}`;
    case 'map-matrix':
      return `map-matrix of all pairs by ${step.options.apis.join(', ')}`;
    case 'transmit':
      return `transmit ${step.options.from} → ${step.options.through} → ${step.options.nic}`;
    case 'stress': {
      const {drives, through, nic, seconds} = step.options;
      const ends = [...drives, ...(nic === undefined ? [] : [nic])];
      return `stress ${ends.join(', ')} through ${through.join(', ')} for ${seconds} s`;
    }
    case 'fail-allocations':
      return `fail-allocations in mappings of ${step.options.provider}`;
    case 'load':
      return `load ${step.options.module}`;
    case 'run':
      return `run ${step.options.command.join(' ')}`;
    case 'io':
      return ioTitle(step.options);
    case 'mmap':
      return `map ${step.options.provider}${meanwhile(step.options)}`;
    case 'drain-pool':
      return `drain-pool ${step.options.provider}`;
    case 'gup':
      return `gup ${step.options.provider} by ${step.options.callers.join(', ')}`;
    case 'use-after-unmap':
      return `use after unmap: ${step.options.edu} <- ${step.options.memory} by ${step.options.api}`;
    case 'unload':
      return `unload ${step.options.module}`;
    case 'acs':
      return `write ACS of ${step.options.port}: ${step.options.set}`;
    case 'bind':
    case 'unbind':
    case 'plug':
    case 'unplug':
    case 'reset':
      return `${step.verb} ${step.options.device}`;
  }
}

function ioTitle({from, to, iovec, ...options}: OptionsOf<'io'>): string {
  const places = iovec.map(({through}) => through).join(' + ');
  const parts = [...(from === undefined ? [] : [from]), places, ...(to === undefined ? [] : [to])];
  return `i/o ${parts.join(' → ')}${meanwhile(options)}`;
}

function meanwhile({during: what}: {readonly during?: Removal | undefined}): string {
  return what === undefined ? '' : `, meanwhile ${removalTitle(what)}`;
}

/** What a step left behind. Nothing of it has been looked at yet, and the guest is idle again. */
export interface Acted {
  readonly step: Step;
  /** performance.now() at its beginning. */
  readonly begun: number;
  readonly commands: readonly GuestCommand[];
  readonly guest: StepRecord['guest'];
  /** For a step that moves data. */
  readonly watched?: Watched;
}

/**
 * How a step is watched: every access; or the addresses that devices are given, all of them, without the
 * accesses that follow; or these now and then.
 */
export type Watch = 'accesses' | 'addresses' | 'windows';

/** A mixed load of more seconds than this is watched now and then. */
const watchedSeconds = 60;

function watchOf(step: Step): Watch {
  if (step.verb !== 'stress') return 'accesses';
  return step.options.seconds > watchedSeconds ? 'windows' : 'addresses';
}

/** What the host saw while data was moved. */
export interface Watched {
  readonly verb: BoundDataVerb;
  readonly map: AddressMap;
  readonly watch: Watch;
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
  const own = step.verb === 'stress' ? step.options.seconds : 0;
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
  const rings = await readRings(scene, map, untracedSenders(step, scene.topology));
  const act = () => runAll(commands, scene.guest, limit);
  const watch = watchOf(step);
  const before = {verb, map, watch, counted, marks, rings};
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

/** The NICs of a step whose descriptors QEMU does not trace: they are read from their rings. */
function untracedSenders(step: Step, topology: Topology): readonly string[] {
  if (step.verb !== 'transmit' || nodeOf(topology, step.options.nic).type !== 'e1000') return [];
  return [step.options.nic];
}

async function runAll(
  commands: readonly GuestCommand[],
  guest: Guest,
  limit: number,
): Promise<StepRecord['guest']> {
  const results: StepRecord['guest'][number][] = [];
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
