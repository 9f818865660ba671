// SPDX-License-Identifier: MIT
import type {SkipFinding} from '../../src/verdict/finding.ts';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import type {QemuBinary} from '../../src/guest/qemu-binary.ts';
import {
  reasonToSkip,
  reasonToSkipStep,
  type ScenarioPlan,
  skippedSteps,
} from '../../src/scenario/plan-scenario.ts';
import {scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import type {Topology} from '../../src/topology/model.ts';
import {loadTopology} from '../../src/topology/plan-topology.ts';

const qemu = {
  path: '/qemu',
  version: {major: 10, minor: 0, text: '10.0.2'},
  devices: ['pcie-root-port', 'x3130-upstream', 'xio3130-downstream', 'nvme', 'nvme-ns', 'e1000e'],
} as unknown as QemuBinary;
const kernel = {name: 'baseline', arch: 'x86_64', features: [], missing: []} as const;
const below = loadTopology(labRoot, 'nvme-switch');
const translated: Topology = {...below, translated: true};
const across: Topology = {...loadTopology(labRoot, 'nvme-root-ports'), translated: true};

const peer = {copy: {from: 'src', through: 'cmb', bytes: 4096}};
const memory = {copy: {from: 'src', through: 'host-memory', bytes: 4096}};

function planOf(topology: Topology, steps: readonly object[], more: object = {}): ScenarioPlan {
  const text = JSON.stringify({description: 'any', topology: topology.name, steps, ...more});
  const scenario = parseSpec(text, 'any.yaml', scenarioSchema);
  const topologySpec = {...scenario, value: topology.spec};
  return {name: 'any', scenario, topology, topologySpec, topologyFile: '', stepsFile: scenario.file};
}

test('a feature that the kernel does not have', (t) => {
  const plan = planOf(below, [peer], {requires: ['map-page']});
  t.deepEqual(reasonToSkip(plan, kernel, qemu), {
    code: 'feature-missing',
    subject: 'map-page',
    parameters: {kernel: 'baseline'},
  });
  t.is(reasonToSkip(plan, {...kernel, features: ['map-page']}, qemu), undefined);
});

test('an architecture that the kernel cannot be built for', (t) => {
  const board = loadTopology(labRoot, 'offset/identity');
  t.deepEqual(reasonToSkip(planOf(board, [peer]), kernel, qemu), {
    code: 'architecture-differs',
    parameters: {machine: 'imx8mp-evk', architecture: 'aarch64', kernel: 'baseline'},
  });
});

test('what plain Linux can and an older kernel cannot', (t) => {
  const old = {...kernel, name: 'old', missing: ['user-memory']} as const;
  const skips = (step: object): boolean => reasonToSkip(planOf(below, [step]), old, qemu) !== undefined;
  const probe = (segment: object): object => ({
    'map-probe': {initiator: 'src', api: 'resource', segments: [{memory: 'cmb', length: 4096, ...segment}]},
  });
  t.like(reasonToSkip(planOf(below, [peer]), old, qemu), {
    code: 'feature-removed',
    subject: 'user-memory',
    parameters: {kernel: 'old'},
  });
  t.true(skips(probe({})));
  t.false(skips(probe({bar: 2})));
  t.false(skips(memory));
});

test('a display on virt gives no memory, whatever a step would do with it', (t) => {
  const virt = loadTopology(labRoot, 'pairs/smmuv3-strict');
  const skips = (step: object): SkipFinding | undefined => {
    const [read] = planOf(virt, [step]).scenario.value.steps;
    return read && reasonToSkipStep(read, virt, kernel);
  };
  const probe = (segment: object): object => ({
    'map-probe': {initiator: 'src', api: 'sg', segments: [{length: 4096, ...segment}]},
  });
  for (const step of [
    {mmap: {provider: 'display', bytes: 4096}},
    {'drain-pool': {provider: 'display', piece: 65_536}},
    probe({memory: 'display'}),
  ]) {
    t.like(skips(step), {code: 'no-struct-page', subject: 'display'});
  }
  t.is(skips(probe({memory: 'cmb'})), undefined);
  t.is(skips(probe({memory: 'host-memory'})), undefined);
});

test('a bus address below a switch says nothing where an IOMMU translates: stock QEMU does not route below the root complex', (t) => {
  const reason = {code: 'not-routed', subject: 'src', parameters: {provider: 'cmb'}} as const;
  t.is(reasonToSkip(planOf(below, [peer]), kernel, qemu), undefined);
  t.deepEqual(reasonToSkip(planOf(translated, [memory, peer]), kernel, qemu), reason);
  t.is(reasonToSkip(planOf(translated, [memory]), kernel, qemu), undefined);
  t.is(reasonToSkip(planOf(across, [peer]), kernel, qemu), undefined, 'what must be refused can be seen');
});

test('steps that are judged by themselves are left out each by itself', (t) => {
  const plan = planOf(translated, [memory, peer], {'continue-on-failure': true});
  t.is(reasonToSkip(plan, kernel, qemu), undefined);
  const [first, second] = plan.scenario.value.steps.map((step) => reasonToSkipStep(step, translated, kernel));
  t.is(first, undefined);
  t.is(second?.code, 'not-routed');
});

test('if all of them are left out no guest is booted, and each has its record', (t) => {
  const plan = planOf(translated, [{load: {module: 'p2plab'}}, peer], {'continue-on-failure': true});
  const reason = reasonToSkip(plan, kernel, qemu);
  if (reason === undefined) return t.fail();
  t.is(reason.code, 'not-routed');
  t.like(skippedSteps(plan, kernel, reason), [
    {
      title: 'copy src → cmb',
      verdict: 'skip',
      finding: reason,
      expected: {subject: {initiator: 'src', target: 'cmb', api: 'sg', path: 'bus-addr'}},
    },
  ]);
  t.deepEqual(skippedSteps(planOf(translated, [peer]), kernel, reason), []);
});

test('what a virtio NIC sends is known where QEMU traces requests, and no IOMMU translates them', (t) => {
  const step = {transmit: {from: 'src', through: 'host-memory', nic: 'nic0', bytes: 4096}};
  const reason = (topology: Topology): unknown => {
    const [first] = planOf(topology, [step]).scenario.value.steps;
    return first && reasonToSkipStep(first, topology, kernel);
  };
  const stock = loadTopology(labRoot, 'nic-virtio');
  t.deepEqual(reason(stock), {
    code: 'nic-untraced',
    subject: 'nic0',
    parameters: {type: 'virtio-net', behindIommu: false, needsRouting: true},
  });
  t.is(reason({...stock, routed: true}), undefined);
  t.like(reason({...stock, routed: true, translated: true}), {
    code: 'nic-untraced',
    parameters: {behindIommu: true},
  });
});
