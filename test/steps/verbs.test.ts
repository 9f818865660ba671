// SPDX-License-Identifier: MIT
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {checkScenario, scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import {topologySchema} from '../../src/spec/topology.ts';
import {dataVerb, guestCommands, stepTitle} from '../../src/steps/bound.ts';
import {verbNames, verbOf, verbs} from '../../src/steps/registry.ts';
import {planTopology} from '../../src/topology/plan.ts';

/** A topology with the devices that the examples name. */
const spec = parseSpec(
  `description: x
hotplug: true
devices:
  rp0: {type: root-port}
  rp1: {type: root-port}
  sw0: {type: switch, on: rp0}
  src: {type: nvme, on: sw0, disk: 4MiB}
  dst: {type: nvme, on: sw0, disk: 4MiB}
  cmb: {type: nvme, on: rp1, cmb: 16MiB}
  nic0: {type: e1000e}
  display: {type: bochs-display, vram: 4MiB}
  edu0: {type: edu}
`,
  't.yaml',
  topologySchema,
);
const topology = planTopology('t', spec);

const scenarioOf = (...steps: readonly object[]) =>
  parseSpec(JSON.stringify({description: 'x', topology: 't', steps}), 'x.yaml', scenarioSchema);

for (const name of verbNames) {
  test(`${name}: text of the reference, an example that fits, a title, commands`, (t) => {
    const {options, example} = verbs[name];
    t.regex(options.description ?? '', /\.$/);
    const before = verbOf({verb: name}).slotChange?.(options.parse(example))?.to === 'full';
    const scenario = scenarioOf(...(before ? [{unplug: example}] : []), {[name]: example});
    t.notThrows(() => {
      checkScenario(scenario, spec.value);
    });
    const step = scenario.value.steps.at(-1);
    if (step === undefined) throw new TypeError('no step');
    t.is(step.verb, name);
    t.regex(stepTitle(step), /^\S.*\S$/);
    const commands = guestCommands(step, topology);
    t.true(commands.length > 0);
    for (const {words} of commands) t.true(words.length > 0);
    const moving = dataVerb(step)?.transfers(topology, []) ?? [];
    t.true(verbs[name].movesData || moving.length === 0, 'what moves data says so');
  });
}

test('the name of a step replaces the title of its verb', (t) => {
  const [step] = scenarioOf({name: 'mine', bind: 'cmb'}).value.steps;
  t.is(step && stepTitle(step), 'mine');
});

/** Verbs that are also other words outside of src/steps. */
const homonyms: Readonly<Record<string, string>> = {
  acs: 'a key of ports in topologies',
  count: 'a column of SQL queries',
  probe: 'the boot that tries an accelerator',
  run: 'a command of p2plab, and what it stores',
};

/** Files that write scenarios, and those that name the verbs of older databases. */
const naming = ['steps/', 'runner/random/', 'results/renames.ts', 'results/database/migrations/'];

test('nothing outside src/steps knows a verb by its name', (t) => {
  const files = readdirSync(path.join(labRoot, 'src'), {recursive: true, encoding: 'utf8'})
    .filter((file) => file.endsWith('.ts') && !naming.some((start) => file.startsWith(start)))
    .map((file) => [file, readFileSync(path.join(labRoot, 'src', file), 'utf8')] as const);
  t.true(files.length > 100);
  const names = verbNames.filter((name) => homonyms[name] === undefined).join('|');
  const literal = new RegExp(`'(${names})'`);
  const comparison = new RegExp(String.raw`\bverb\s*[!=]==\s*'|\bOptionsOf<|case '(${verbNames.join('|')})'`);
  const found = files.flatMap(([file, text]) =>
    text
      .split('\n')
      .map((line, index) => ({line, place: `${file}:${index + 1}`}))
      .filter(({line}) => literal.test(line) || comparison.test(line))
      .map(({line, place}) => `${place}: ${line.trim()}`),
  );
  t.deepEqual(found, [], 'give src/steps/verb.ts a property for it');
});
