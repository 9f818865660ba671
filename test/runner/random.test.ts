// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {parse} from 'yaml';
import {drawForests, forest, type ForestDraw} from '../../src/runner/random/draw.ts';
import {forestFiles} from '../../src/runner/random/forest.ts';
import {shrinkForest} from '../../src/runner/random/shrink.ts';
import {checkScenario, scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {topologySchema} from '../../src/spec/topology.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {planTopology} from '../../src/topology/plan.ts';
import {unsupported} from '../../src/topology/requirements.ts';

const names = {topology: './x.topology.yaml', title: 'random'};

const routed = {routes: true};

function planned(draw: ForestDraw, qemu = routed) {
  const files = forestFiles(draw, ['sg', 'page'], names, qemu);
  const topology = parseSpec(files.topology, 'x.topology.yaml', topologySchema);
  const scenario = parseSpec(files.scenario, 'x.yaml', scenarioSchema);
  checkScenario(scenario, topology.value);
  return {scenario: scenario.value, topology: planTopology('x', topology, qemu)};
}

testProp('whatever is drawn can be built and driven, as files say it', [forest], (t, draw) => {
  const {topology, scenario} = planned(draw);
  t.true(scenario.steps.some(({verb}) => verb === 'map-matrix'));
  const roots = topology.nodes.filter(({kind}) => kind === 'root-port').length;
  t.true(
    roots === draw.trees.length || roots === draw.trees.length + 1,
    'a tree for each drawn, or a provider more',
  );
});

test('a seed gives its trees again, each once; another seed gives others', (t) => {
  const draws = drawForests(200, 42);
  t.is(draws.flatMap(({trees}) => trees).length, 200);
  t.deepEqual(drawForests(200, 42), draws);
  t.notDeepEqual(drawForests(200, 43), draws);
});

test('the draw has all there is: devices, CPUs, trees of several depths, pairs of both verbs', (t) => {
  const draws = drawForests(400, 7);
  const text = JSON.stringify(draws);
  for (const device of ['provider-with-disk', 'shared-memory', 'display', 'nic', 'switch', 'edu', 'drive']) {
    t.true(text.includes(`"${device}"`), device);
  }
  t.deepEqual([...new Set(draws.map(({machine}) => machine.cpu))].toSorted(), [
    'EPYC',
    'EPYC-Rome',
    'Nehalem',
    'Skylake-Server',
  ]);
  const verbs = draws.flatMap((draw) => planned(draw).scenario.steps.map(({verb}) => verb));
  t.deepEqual([...new Set(verbs)].toSorted(), ['copy', 'dma', 'load', 'map-matrix']);
});

test('the draw has ACS and IOMMUs where QEMU routes, and else neither', (t) => {
  const draws = drawForests(400, 7);
  const topologies = draws.map((draw) => planned(draw).topology);
  const kinds = topologies.map(({iommu}) => (iommu === undefined ? 'none' : `${iommu.type} ${iommu.mode}`));
  t.deepEqual([...new Set(kinds)].toSorted(), [
    'amd strict',
    'intel lazy',
    'intel passthrough',
    'intel strict',
    'none',
    'virtio strict',
  ]);
  const redirecting = topologies.flatMap(({nodes}) => nodes.filter(({kind}) => kind === 'downstream-port'));
  for (const wanted of [true, false]) {
    t.true(redirecting.some((node) => node.kind === 'downstream-port' && node.acsRedirect === wanted));
  }
  for (const draw of draws) {
    const {topology} = planned(draw, {routes: false});
    t.is(topology.iommu, undefined);
    t.deepEqual(unsupported(topology, {major: 10, minor: 0}), []);
  }
});

test('a boot that goes wrong is made small: what does not matter is left out', async (t) => {
  const [draw] = drawForests(40, 3);
  if (draw === undefined) return t.fail();
  // As if Linux counted wrongly where a display is below a switch.
  const isWrong = (drawn: ForestDraw): boolean =>
    Object.values(
      (parse(forestFiles(drawn, ['sg'], names, routed).topology) as {devices: object}).devices,
    ).some(
      (device: {type: string; on?: string}) => device.type === 'bochs-display' && device.on?.includes('-'),
    );
  const wrong = drawForests(400, 3).find(isWrong);
  if (wrong === undefined) return t.fail('no display below a switch was drawn');
  let boots = 0;
  const context = {signal: new AbortController().signal, report: () => undefined};
  const smallest = await shrinkForest(
    wrong,
    (smaller) => {
      boots++;
      return Promise.resolve(isWrong(smaller));
    },
    context,
  );
  t.true(isWrong(smallest));
  t.is(smallest.trees.length, 1);
  t.true((smallest.trees[0]?.picks.length ?? 9) <= 2);
  t.deepEqual([smallest.machine.cpu, smallest.pairs], ['Nehalem', []]);
  t.log(`${boots} boots`);
});

test('a boot that goes wrong only as it is stays as it is', async (t) => {
  const [draw] = drawForests(20, 3);
  if (draw === undefined) return t.fail();
  const context = {signal: new AbortController().signal, report: () => undefined};
  const smallest = await shrinkForest(
    draw,
    (smaller) => Promise.resolve(fc.stringify(smaller) === fc.stringify(draw)),
    context,
  );
  t.deepEqual(smallest, draw);
});
