// SPDX-License-Identifier: MIT
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {findMutants, listMutants} from '../../src/spec/catalog.ts';
import {readMutant} from '../../src/spec/mutant-spec.ts';
import {wrong} from './wrong.ts';

const test = anyTest as TestFn<{root: string}>;

test.before((t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'p2plab-mutant-'));
  t.context = {root};
  for (const file of [
    'lab/kernels/baseline.yaml',
    'lab/variants/plain.yaml',
    'scenarios/one.yaml',
    'scenarios/two/a.yaml',
    'scenarios/two/b.yaml',
    'images/modules/shim/Kbuild',
  ]) {
    mkdirSync(path.dirname(path.join(root, file)), {recursive: true});
    writeFileSync(path.join(root, file), 'description: x\n');
  }
});

test.after.always((t) => {
  rmSync(t.context.root, {recursive: true, force: true});
});

function write(root: string, name: string, text: string): string {
  const file = path.join(root, 'lab/mutants', name, 'mutant.yaml');
  mkdirSync(path.dirname(file), {recursive: true});
  writeFileSync(file, text);
  return file;
}

const head = 'description: x\nrule: y\n';

test('a mutant says which rule it breaks, and what kills it', (t) => {
  const {root} = t.context;
  const file = write(root, 'whole', `${head}killed-by:\n  - {scenario: one, evidence: [ledger, disk]}\n`);
  t.like(readMutant(root, file).value, {
    rule: 'y',
    kernel: 'baseline',
    variant: 'plain',
    killedBy: [{scenario: 'one', evidence: ['ledger', 'disk']}],
    onlyOn: undefined,
  });
});

const elsewhere = 'only-on: {where: arm64-offset, why: no offset here}\n';

const cases: readonly [string, string, readonly string[]][] = [
  [
    'caught by nothing',
    '',
    [
      '1:1: no scenario kills this mutant',
      'name scenarios in "killed-by", or in "only-on" why the lab cannot detect it',
    ],
  ],
  [
    'caught here and elsewhere',
    `killed-by:\n  - {scenario: one, evidence: [ledger]}\n${elsewhere}`,
    ['5:1: "killed-by" and "only-on" exclude each other', 'drop "only-on" or "killed-by"'],
  ],
  ['no reason', 'only-on: {where: arm64-offset}\n', ['3:1: the key "why" is missing']],
  [
    'a kernel that is not there',
    `kernel: basline\n${elsewhere}`,
    ['3:9: there is no kernel "basline"', 'did you mean "baseline"?'],
  ],
  [
    'a variant that is not there',
    `variant: debg\n${elsewhere}`,
    ['3:10: there is no variant "debg"', 'there are: plain'],
  ],
  [
    'a module that is not there',
    `module: shimm\n${elsewhere}`,
    ['3:9: there is no module images/modules/shimm'],
  ],
  [
    'a scenario that is not there',
    'killed-by:\n  - {scenario: on, evidence: [ledger]}\n',
    ['4:16: there is no scenario "on"', 'did you mean "one"?'],
  ],
  [
    'a directory of scenarios',
    'killed-by:\n  - {scenario: two, evidence: [ledger]}\n',
    ['4:16: two stands for more than one scenario'],
  ],
  [
    'no evidence',
    'killed-by:\n  - {scenario: one, evidence: [placment]}\n',
    ['4:32: unknown evidence "placment"', 'the nearest are placement, segment, frames'],
  ],
];

for (const [what, text, expected] of cases) {
  test(`refused: ${what}`, (t) => {
    const {root} = t.context;
    const file = write(root, what.replaceAll(' ', '-'), `${head}${text}`);
    t.deepEqual(
      wrong(() => readMutant(root, file)).map((line) => line.replace(/^.*mutant\.yaml:/, '')),
      expected,
    );
  });
}

test("every mutant of the lab reads, has patches, and says what it's about", (t) => {
  const entries = listMutants(labRoot);
  t.true(entries.length >= 20);
  for (const {name, file} of entries) {
    t.notThrows(() => readMutant(labRoot, file), name);
  }
  for (const name of ['bus-address-sign', 'whitelist-always']) {
    t.true(existsSync(path.join(labRoot, 'lab/mutants', name, 'mutant.yaml')));
  }
});

test('mutants by their names and by a glob', (t) => {
  const names = (...patterns: string[]) => findMutants(labRoot, patterns).map(({name}) => name);
  t.deepEqual(names('whitelist-always'), ['whitelist-always']);
  t.true(names('bus-*').includes('bus-address-sign'));
  t.throws(() => names('whitelist-alway'), {message: /there is no mutant/});
});
