// SPDX-License-Identifier: MIT
import {open, stat} from 'node:fs/promises';
import {type AddressMap, readBars, readMemory} from '../evidence/address-map.ts';
import {buildLedger, type Initiators} from '../evidence/ledger.ts';
import {parseTrace, tracedEvents} from '../evidence/trace.ts';
import {HostError} from '../base/errors.ts';
import type {Guest} from '../guest/guest.ts';
import type {Step} from '../spec/step.ts';
import {endpointsOf, type Topology} from '../topology/model.ts';
import type {Check} from '../verdict/check.ts';
import {checkPeers, expectTransfers} from '../verdict/expectation.ts';
import {checkTransfers} from '../verdict/transfers.ts';
import {guestChecks} from './account.ts';
import type {Disks} from './disks.ts';
import {readFacts} from './facts.ts';
import {type Prototypes} from './prototypes.ts';
import type {StepRecord} from './record.ts';
import {dataVerb, type GuestCommand, guestCommands} from './steps/registry.ts';

/** What steps are driven in. */
export interface Scene {
  readonly topology: Topology;
  readonly guest: Guest;
  readonly disks: Disks;
  readonly pcaps: Readonly<Record<string, string>>;
  readonly memory: AddressMap['memory'];
  readonly prototypes: Prototypes;
  readonly folder: string;
}

/** A step's record, and what makes its evidence worthless. */
export interface Driven {
  readonly record: StepRecord;
  readonly errors: readonly string[];
}

/** More trace than this of one step is not read. */
const traceLimit = 512 * 1024 * 1024;

const defaultLimit = 60;

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
    case 'transmit':
      return `transmit ${step.options.from} → ${step.options.through} → ${step.options.nic}`;
    case 'load':
      return `load ${step.options.module}`;
    case 'run':
      return `run ${step.options.command.join(' ')}`;
  }
}

/** Drives one step: the guest acts, the host watches the devices meanwhile and looks at what came of it. */
export async function driveStep(step: Step, scene: Scene): Promise<Driven> {
  const begun = performance.now();
  const commands = guestCommands(step, scene.topology);
  const verb = dataVerb(step);
  const title = stepTitle(step);
  const limit = (step.timeout ?? defaultLimit) * 1000;
  const finish = (
    rest: Omit<StepRecord, 'title' | 'verb' | 'durationMs'>,
    errors: readonly string[],
  ): Driven => ({
    record: {title, verb: step.verb, durationMs: Math.round(performance.now() - begun), ...rest},
    errors,
  });
  if (verb === undefined) {
    const guest = await runAll(commands, scene.guest, limit);
    const checks = exitChecks(commands, guest);
    if (step.verb !== 'load') return finish({ledger: [], checks, guest}, []);
    // A module of the lab's that does not load says nothing about what was to be tried.
    const errors = checks.filter(({ok}) => !ok).map(({detail}) => detail);
    if (errors.length === 0) await scene.prototypes.loaded(step.options, scene.guest);
    return finish({ledger: [], checks, guest}, errors);
  }
  const expected = expectTransfers(scene.topology, verb.transfers(), step.expect);
  const map = {bars: readBars(await scene.guest.qmp.execute('query-pci')), memory: scene.memory};
  const counted = await scene.prototypes.read(scene.guest);
  const {result: guest, text} = await traced(scene.guest, () => runAll(commands, scene.guest, limit));
  const events = parseTrace(text);
  const ledger = buildLedger(events, map, initiatorsOf(scene.topology));
  if (expected.outcome !== 'refused') verb.effect(scene.disks);
  const observed = {...scene, map, events, ledger, expected};
  const checks: Check[] = [
    ...checkPeers(expected),
    checkTransfers(ledger.entries, expected.transfers),
    ...guestChecks(
      expected,
      guest.flatMap(({facts}) => facts),
    ),
    ...(expected.outcome === 'refused' ? [] : await verb.checks(observed)),
    ...(await scene.disks.check()),
    ...(await scene.prototypes.check(counted, ledger.entries, scene.guest)),
  ];
  return finish({expected, ledger: ledger.entries, checks, guest}, [...silentEnds(guest), ...ledger.gaps]);
}

/** The guest's tool says what failed. One that ends without a word did not do what it was told. */
function silentEnds(guest: StepRecord['guest']): readonly string[] {
  return guest
    .filter(({code, facts}) => code !== 0 && facts.every(({ok}) => ok))
    .map(({command, code, stderr}) => {
      const said = stderr.trim().split('\n').at(-1) ?? '';
      return `"${command.join(' ')}" ended with ${code} and names no failure${said === '' ? '' : `: ${said}`}`;
    });
}

async function runAll(
  commands: readonly GuestCommand[],
  guest: Guest,
  limit: number,
): Promise<StepRecord['guest']> {
  const results: StepRecord['guest'][number][] = [];
  for (const {words, exit} of commands) {
    const {code, stdout, stderr} = await guest.exec(words, limit);
    results.push({command: words, code, facts: readFacts(stdout), stdout, stderr});
    if (code !== exit) break;
  }
  return results;
}

function exitChecks(commands: readonly GuestCommand[], results: StepRecord['guest']): readonly Check[] {
  return results.map(({command, code, stderr}, index): Check => {
    const exit = commands[index]?.exit ?? 0;
    const said = stderr.trim().split('\n').at(-1) ?? '';
    const detail = `"${command.join(' ')}" ended with ${code}${code === exit ? '' : `, not ${exit}`}${said === '' ? '' : `: ${said}`}.`;
    return {name: 'command', ok: code === exit, witness: 'guest', detail};
  });
}

/** Runs `work` with the trace on, and returns what QEMU wrote meanwhile. */
async function traced<T>(guest: Guest, work: () => Promise<T>): Promise<{result: T; text: string}> {
  const set = async (enable: boolean): Promise<void> => {
    await Promise.all(tracedEvents.map((name) => guest.qmp.execute('trace-event-set-state', {name, enable})));
  };
  const before = await sizeOf(guest.traceFile);
  await set(true);
  const result = await work();
  await set(false);
  const bytes = (await sizeOf(guest.traceFile)) - before;
  if (bytes > traceLimit) throw new HostError(`the step left ${bytes} bytes of trace: more than can be read`);
  const file = await open(guest.traceFile, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    await file.read(buffer, 0, bytes, before);
    return {result, text: buffer.toString('latin1')};
  } finally {
    await file.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file)).size;
}

function initiatorsOf(topology: Topology): Initiators {
  const drives: Record<number, string> = {};
  const nics: string[] = [];
  const withMemory: string[] = [];
  for (const node of endpointsOf(topology)) {
    if (node.type === 'nvme' && node.nsid !== undefined) drives[node.nsid] = node.id;
    if (node.type === 'nvme' && node.cmb !== undefined) withMemory.push(node.id);
    if (node.type === 'e1000e') nics.push(node.id);
  }
  return {drives, nics, traced: withMemory};
}

/** The ranges of the machine's memory: they do not change while it runs. */
export async function machineMemory(guest: Guest): Promise<AddressMap['memory']> {
  const memory = readMemory(await guest.qmp.monitor('info mtree -f'));
  if (memory.length === 0) throw new HostError('QEMU shows no memory of the machine');
  return memory;
}
