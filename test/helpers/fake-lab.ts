// SPDX-License-Identifier: MIT
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Context} from '../../src/base/context.ts';
import {bootGuest} from '../../src/guest/guest.ts';
import {runFiles} from '../../src/scenario/boot-plan.ts';
import {Disks, planHeads} from '../../src/scenario/disks.ts';
import {plainVariant} from '../../src/scenario/machine.ts';
import {planScenario} from '../../src/scenario/plan-scenario.ts';
import type {RunRecord} from '../../src/scenario/record.ts';
import {runScenario} from '../../src/scenario/run-scenario.ts';
import type {Run} from '../../src/scenario/run-inputs.ts';
import {identityOf} from '../../src/topology/identity.ts';
import {findNode, type Node, type Topology} from '../../src/topology/model.ts';
import {recordingContext} from '../base/contexts.ts';
import {FakeQemu, type Handler} from './fake-qemu.ts';
import {type Answers, fakeTransport} from './fake-transport.ts';

const root = mkdtempSync(path.join(tmpdir(), 'p2plab-fake-'));
process.on('exit', () => {
  rmSync(root, {recursive: true, force: true});
});

/** A running double of a machine, for a script that acts while commands run. */
export interface FakeMachine {
  readonly qemu: FakeQemu;
  /** Has the kernel log a line, which goes to the console too. */
  readonly log: (text: string) => void;
  /** Takes a function away from QEMU and the kernel. */
  readonly remove: (id: string) => void;
}

/** What a run is made of: the steps as in a scenario's file, and the machine's behaviour. */
export interface Script {
  /** A topology of the lab. */
  readonly topology?: string;
  readonly steps: string;
  /** What the guest answers beyond its tree and its log. */
  readonly answers?: (words: readonly string[], machine: FakeMachine) => ReturnType<Answers>;
  readonly qmp?: Readonly<Record<string, Handler>>;
  readonly timeoutScale?: number;
  readonly context?: Context;
}

/** Runs a scenario without a kernel and without QEMU: all of the lab's own parts are the real ones. */
export async function runFake(script: Script): Promise<RunRecord> {
  const folder = mkdtempSync(path.join(root, 'run-'));
  const file = path.join(folder, 'fake.yaml');
  writeFileSync(
    file,
    `description: A test\ntopology: ${script.topology ?? 'empty'}\nsteps:\n${script.steps}\n`,
  );
  const plan = planScenario({name: 'fake', file});
  const {topology} = plan;
  const machine = machineOf(topology, script);
  const disks = new Disks(topology, path.join(folder, 'disks'), planHeads(topology, plan.scenario.value));
  await disks.create();
  mkdirSync(path.join(folder, 'screens'), {recursive: true});
  const run = {
    ...{plan, disks, files: runFiles(folder, topology)},
    machine: {
      variant: {...plainVariant, timeoutScale: script.timeoutScale ?? 1},
      qemu: {path: '/none', name: 'stock', version: {major: 10, minor: 0, text: '10.0.2'}, devices},
      acceleration: {name: 'tcg', why: ''},
      kernel: {name: 'k', arch: 'x86_64', image: '/none', vmlinux: '/none', ...noFeatures},
      image: {file: '/none', modules: []},
      sent: Promise.resolve([]),
      transport: fakeTransport(machine.answers),
    },
  } as unknown as Run;
  return runScenario(run, script.context ?? recordingContext(), (bootPlan, context) =>
    bootGuest(bootPlan, context, machine.qemu.start),
  );
}

/** Devices that the double of QEMU claims to have. */
const devices = ['pcie-root-port', 'x3130-upstream', 'xio3130-downstream', 'nvme', 'nvme-ns', 'e1000e'];

const noFeatures = {features: [], missing: [], modules: []};

function machineOf(
  topology: Topology,
  {answers = () => undefined, qmp = {}}: Script,
): FakeMachine & {readonly answers: Answers} {
  const removed = new Set<string>();
  const there = (): readonly Node[] => topology.nodes.filter(({id}) => !removed.has(id));
  const records: string[] = [];
  let sequence = 0;
  const qemu = new FakeQemu({
    'query-pci': () => queryPci(topology, there()),
    'human-monitor-command': ({'command-line': line}) =>
      line === 'info mtree -f' ? memoryTree(topology) : '',
    'query-status': () => ({running: true, status: 'running'}),
    ...qmp,
  });
  const log = (text: string): void => {
    const stamp = `0.${String(++sequence).padStart(6, '0')}`;
    records.push(`4,${sequence - 1},${sequence},-;${text}`);
    qemu.print(`[    ${stamp}] ${text}`);
  };
  const machine = {qemu, log, remove: (id: string) => void removed.add(id)};
  const answer: Answers = (words) => {
    if (words[1] === 'tree') return {stdout: `${JSON.stringify(guestTree(topology, there()))}\n`};
    if (words[1] !== 'log') return answers(words, machine);
    const lines = records.splice(0);
    return {
      stdout: [...lines, `{"op":"log","ok":true,"records":${lines.length},"more":false}`, ''].join('\n'),
    };
  };
  return {...machine, answers: answer};
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}

/** What `p2p tree` prints of these functions. */
function guestTree(topology: Topology, nodes: readonly Node[]): unknown {
  const bridge = topology.platform.hostBridge;
  const printed = ({vendor, device}: {readonly vendor: number; readonly device: number}): object => ({
    vendor: hex(vendor),
    device: hex(device),
  });
  return [
    ...(bridge === undefined ? [] : [{bdf: '0000:00:00.0', parent: null, ...printed(bridge)}]),
    ...nodes.map((node) => ({
      bdf: node.bdf,
      parent: node.parent === null ? null : findNode(topology, node.parent)?.bdf,
      ...printed(identityOf(node, topology.platform)),
    })),
  ];
}

/** QEMU's answer to `query-pci`. */
function queryPci(topology: Topology, nodes: readonly Node[]): unknown {
  const below = (parent: string | null): readonly object[] =>
    nodes
      .filter((node) => node.parent === parent)
      .map((node) => ({
        ...addressOf(node.bdf),
        qdev_id: node.id,
        id: identityOf(node, topology.platform),
        regions: [],
        ...(node.kind !== 'endpoint' && {
          pci_bridge: {
            bus: {secondary: node.secondaryBus, subordinate: node.subordinateBus},
            devices: below(node.id),
          },
        }),
      }));
  const bridge = topology.platform.hostBridge;
  const root =
    bridge === undefined ? [] : [{...addressOf('0000:00:00.0'), qdev_id: '', id: bridge, regions: []}];
  return [{bus: 0, devices: [...root, ...below(null)]}];
}

function addressOf(bdf: string): {readonly bus: number; readonly slot: number; readonly function: number} {
  const [bus = 0, slot = 0, fn = 0] = bdf
    .split(/[:.]/)
    .slice(1)
    .map((part) => Number.parseInt(part, 16));
  return {bus, slot, function: fn};
}

function memoryTree({platform}: Topology): string {
  const views = ['memory', platform.deviceSpace].map((space) => ` AS "${space}", root: system`);
  const range = `  0000000000000000-000000001fffffff (prio 0, ram): ${platform.memoryRegion}`;
  return ['FlatView #0', ...views, range, ''].join('\n');
}
