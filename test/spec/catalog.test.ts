// SPDX-License-Identifier: MIT
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {UsageError} from '../../src/base/errors.ts';
import {
  findKernel,
  findScenarios,
  findTopology,
  findTopologyOf,
  listScenarios,
} from '../../src/spec/catalog.ts';
import {readScenario} from '../../src/scenario/scenario-file.ts';
import {wrong} from './wrong.ts';

const test = anyTest as TestFn<{root: string}>;

test.before((t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'p2plab-catalog-'));
  t.context = {root};
  const files = [
    'lab/topologies/nvme-switch.yaml',
    'lab/kernels/baseline.yaml',
    'scenarios/nvme-copy.yaml',
    'scenarios/switch/nic-from-cmb.yaml',
    'scenarios/switch/same.yaml',
    'scenarios/pagemap/same.yaml',
    'elsewhere/own.yaml',
  ];
  for (const file of files) {
    mkdirSync(path.dirname(path.join(root, file)), {recursive: true});
    writeFileSync(
      path.join(root, file),
      'description: x\ntopology: nvme-swich\nsteps:\n  - run: {command: [a]}\n',
    );
  }
});

test.after.always((t) => {
  rmSync(t.context.root, {recursive: true, force: true});
});

const found = (root: string, ...patterns: string[]) => findScenarios(root, patterns).map(({name}) => name);

test('a scenario by its name, the last part of it, its folder', (t) => {
  const {root} = t.context;
  t.deepEqual(found(root, 'nvme-copy'), ['nvme-copy']);
  t.deepEqual(found(root, 'switch/nic-from-cmb'), ['switch/nic-from-cmb']);
  t.deepEqual(found(root, 'nic-from-cmb'), ['switch/nic-from-cmb']);
  t.deepEqual(found(root, 'switch'), ['switch/nic-from-cmb', 'switch/same']);
  t.deepEqual(found(root, 'switch/'), ['switch/nic-from-cmb', 'switch/same']);
});

test('scenarios by a glob of names or of paths', (t) => {
  const {root} = t.context;
  t.deepEqual(found(root, '*/same'), ['pagemap/same', 'switch/same']);
  t.deepEqual(
    found(root, '**'),
    listScenarios(root).map(({name}) => name),
  );
  t.deepEqual(found(root, `${root}/scenarios/switch/n*.yaml`), ['switch/nic-from-cmb']);
  t.deepEqual(found(root, `${root}/elsewhere/*.yaml`), ['./elsewhere/own']);
});

test('a scenario by its path, in the lab or not', (t) => {
  const {root} = t.context;
  t.deepEqual(findScenarios(root, [`${root}/elsewhere/own.yaml`]), [
    {name: './elsewhere/own', file: path.join(root, 'elsewhere/own.yaml')},
  ]);
  t.deepEqual(found(root, path.relative('.', `${root}/scenarios/nvme-copy.yaml`)), ['nvme-copy']);
});

test('each scenario comes once', (t) => {
  t.deepEqual(found(t.context.root, 'switch/same', 'switch', '**/same'), [
    'switch/same',
    'switch/nic-from-cmb',
    'pagemap/same',
  ]);
});

const usage = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return [error.message, error.hint];
    throw error;
  }
  return [];
};

test('what is not there', (t) => {
  const {root} = t.context;
  t.deepEqual(
    usage(() => findScenarios(root, ['nvme-cpy'])),
    ['there is no scenario "nvme-cpy"', 'did you mean "nvme-copy"?'],
  );
  t.deepEqual(
    usage(() => findScenarios(root, ['zzz-*'])),
    ['no scenario matches zzz-*', 'there are: nvme-copy, pagemap/same, switch/nic-from-cmb, switch/same'],
  );
  t.deepEqual(
    usage(() => findTopology(root, 'nvme-swich')),
    ['there is no topology "nvme-swich"', 'did you mean "nvme-switch"?'],
  );
  t.deepEqual(
    usage(() => findKernel(root, 'pagemap')),
    ['there is no kernel "pagemap"', 'there are: baseline'],
  );
});

test.serial('names are names: a file in the working directory takes the place of none', (t) => {
  const {root} = t.context;
  const before = process.cwd();
  const place = mkdtempSync(path.join(tmpdir(), 'p2plab-names-'));
  process.chdir(place);
  t.teardown(() => {
    process.chdir(before);
    rmSync(place, {recursive: true, force: true});
  });
  mkdirSync('switch/nic-from-cmb', {recursive: true});
  for (const name of ['nvme-copy', 'nvme-switch', 'baseline', 'own', 'own.yaml', 'switch/own.yaml'])
    writeFileSync(name, 'description: x\n');
  t.deepEqual(found(root, 'nvme-copy'), ['nvme-copy']);
  t.deepEqual(found(root, 'switch/nic-from-cmb'), ['switch/nic-from-cmb']);
  t.deepEqual(found(root, 'switch'), ['switch/nic-from-cmb', 'switch/same']);
  t.is(findTopology(root, 'nvme-switch').file, path.join(root, 'lab/topologies/nvme-switch.yaml'));
  t.is(findKernel(root, 'baseline').file, path.join(root, 'lab/kernels/baseline.yaml'));
  for (const name of ['own', 'own.yaml']) {
    const [message, hint] = usage(() => findScenarios(root, [name]));
    t.deepEqual([message, hint], [`there is no scenario "${name}"`, `to use the file, write ./${name}`]);
    t.is(findScenarios(root, [`./${name}`])[0]?.file, path.resolve(name));
  }
  t.deepEqual(
    usage(() => findKernel(root, 'own.yaml')),
    ['there is no kernel "own.yaml"', 'to use the file, write ./own.yaml'],
  );
  t.deepEqual(
    usage(() => findScenarios(root, ['own.*'])),
    ['no scenario matches own.*', 'to use the file, write ./own.*'],
  );
  t.deepEqual(
    findScenarios(root, ['./own.yaml', 'switch/own.yaml']).map(({name}) => name),
    [path.resolve('own'), path.resolve('switch/own')],
    'two files of one base name are two scenarios',
  );
});

test('a short name of two scenarios', (t) => {
  t.deepEqual(
    usage(() => findScenarios(t.context.root, ['same'])),
    ['same is the name of 2 scenario files', 'write pagemap/same or switch/same'],
  );
});

test('a topology that a scenario names and that is not there is a problem of its file', (t) => {
  const {root} = t.context;
  const scenario = readScenario(path.join(root, 'scenarios/nvme-copy.yaml'));
  const lines = wrong(() => findTopologyOf(root, scenario)).map((line) =>
    line.replace(/^.*nvme-copy\.yaml/, 'nvme-copy.yaml'),
  );
  t.deepEqual(lines, [
    'nvme-copy.yaml:2:11: there is no topology "nvme-swich"',
    'did you mean "nvme-switch"?',
  ]);
});

test("a topology by a path from the scenario's folder", (t) => {
  const {root} = t.context;
  const file = path.join(root, 'elsewhere/with-path.yaml');
  writeFileSync(file, 'description: x\ntopology: ./own.yaml\nsteps:\n  - run: {command: [a]}\n');
  t.is(findTopologyOf(root, readScenario(file)).file, path.join(root, 'elsewhere/own.yaml'));
});

test('a scenario drives the steps of another on its own topology', (t) => {
  const {root} = t.context;
  const file = path.join(root, 'scenarios/switch/borrows.yaml');
  const write = (more: string): void => {
    writeFileSync(file, `description: x\ntopology: nvme-switch\n${more}\n`);
  };
  write('steps-from: nvme-copy');
  const scenario = readScenario(file, root);
  t.is(scenario.value.topology, 'nvme-switch');
  t.deepEqual(
    scenario.value.steps.map(({verb}) => verb),
    ['run'],
  );
  t.is(scenario.stepsFile, path.join(root, 'scenarios/nvme-copy.yaml'));
  const at = (problem: {location: {file: string; line: number}}) =>
    `${path.basename(problem.location.file)}:${problem.location.line}`;
  t.is(at(scenario.problem(['steps', 0], 'x')), 'nvme-copy.yaml:4');
  t.is(at(scenario.problem(['topology'], 'x')), 'borrows.yaml:2');

  write('steps-from: nvme-cop');
  t.regex(
    wrong(() => readScenario(file, root)).join(' '),
    /borrows\.yaml:3:13: .*no scenario "nvme-cop".*nvme-copy/,
  );
  write('steps-from: nvme-copy\nsteps: []');
  t.regex(wrong(() => readScenario(file, root)).join(' '), /borrows\.yaml:4:1: .*"steps"/);
  const second = path.join(root, 'scenarios/again.yaml');
  write('steps-from: nvme-copy');
  writeFileSync(second, 'description: x\ntopology: nvme-switch\nsteps-from: switch/borrows\n');
  t.regex(
    wrong(() => readScenario(second, root)).join(' '),
    /again\.yaml:3:13: .*no steps of its own.*nvme-copy/,
  );
  rmSync(file);
  rmSync(second);
});
