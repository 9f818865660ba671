// SPDX-License-Identifier: MIT
import {temporary} from './temporary-state.ts';
import {existsSync, globSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {openDatabase} from '../../src/results/database/connect.ts';
import {readJournal} from '../../src/results/journal.ts';
import {listRuns} from '../../src/results/queries/list.ts';
import {nightlyRuns, resultsOf} from '../../src/results/queries/nightly-runs.ts';
import {context, machineOf, qemu} from './lab.ts';
import {LabProcess} from './processes.ts';

const suite = path.join(temporary, 'killed.yaml');
const names = [
  'acs/redirect-refused',
  'acs/switch-redirect-refused',
  'host-memory-only',
  'iommu/below-switch',
  'nvme-copy-same-switch',
  'refused-across-root-ports',
];

test.before(async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  await machineOf('baseline');
  const scenarios = names.map((name) => `  - ${name}`).join('\n');
  writeFileSync(suite, `description: to be killed\nkernels: [baseline]\nscenarios:\n${scenarios}\n`);
});

const words = ['nightly', suite, '--qemu', qemu, '--jobs', '1'];

test.serial('a nightly run that is killed again and again loses no run, and makes none twice', async (t) => {
  t.timeout(1_800_000, 'a nightly run with some boots more');
  const state = path.join(temporary, 'nightly run');
  // One directory a suite: its name, and what tells it from another of that name.
  const all = path.join(state, 'p2plab/nightly');
  const journals = (): readonly string[] => (existsSync(all) ? globSync(`${all}/killed-*/*`).toSorted() : []);
  const read = async () => readJournal(journals().at(-1) ?? path.join(all, 'none'));
  let kills = 0;
  let output = '';
  // A lab that is quick may come to its end before it is killed: another one would begin another nightly run.
  while ((await read())?.ended !== true) {
    const lab = new LabProcess(words, state);
    // Before the first guest, in the midst of one, between two; the last is left alone.
    const patience = kills < 5 ? delay(600 + 1300 * ((kills * 7) % 5) + 97 * kills) : undefined;
    const ended = await Promise.race([lab.ended, ...(patience === undefined ? [] : [patience])]);
    output = lab.output;
    if (ended !== undefined) {
      t.is(ended, 0, output);
      break;
    }
    kills++;
    lab.kill('SIGKILL');
    await lab.ended;
    t.deepEqual(await lab.survivors(), []);
  }
  t.true(kills > 0);
  const journal = await read();
  t.is(journals().length, 1, 'a nightly run is one journal');
  t.true(journal?.ended, output);
  t.true(journal?.entries.every(({verdict}) => verdict === 'pass'));
  t.deepEqual(
    journal?.entries.map(({run}) => run).toSorted(),
    names.map((name) => `baseline/plain/${name}`),
  );
  const {db, close} = await openDatabase(path.join(state, 'p2plab/results.sqlite'), context);
  const [nightlyRun, ...others] = await nightlyRuns(db);
  t.deepEqual(others, [], 'the database has one nightly run');
  t.like(nightlyRun, {
    suite: suite.replace('.yaml', ''),
    state: 'ended',
    planned: names.length,
    runs: names.length,
  });
  const scenarios = (await listRuns(db)).map(({scenario}) => scenario);
  t.deepEqual(scenarios.toSorted(), [...names], 'and each run once');
  const results = await resultsOf(db, nightlyRun?.id ?? 0);
  t.true(results.every(({outcome, run}) => outcome === 'pass' && run !== null));
  await close();
});

test.serial('a suite whose kernel does not build tells that of its runs alone', async (t) => {
  t.timeout(1_800_000, 'a boot');
  const other = path.join(temporary, 'unbuilt.yaml');
  const kernel = path.join(temporary, 'unbuilt-kernel.yaml');
  writeFileSync(kernel, 'description: none\nsource: {tree: /there/is/no/tree}\n');
  const kernels = JSON.stringify(['baseline', kernel]);
  writeFileSync(other, `description: any\nkernels: ${kernels}\nscenarios: [host-memory-only]\n`);
  const lab = new LabProcess(['nightly', other, '--qemu', qemu]);
  t.is(await lab.ended, 3, lab.output);
  t.regex(lab.output, /^1 in error, of the lab or its host/m);
  t.regex(lab.output, /^unbuilt: 2 runs: 1 pass, 1 error$/m);
  t.notRegex(lab.output, /attempt 2/, 'it is not built again');
});
