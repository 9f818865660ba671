// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {failures, readKtap} from '../helpers/ktap-reader.ts';
import {flows, machineOf, runFile, runOwn} from './lab.ts';

async function run(name: string) {
  return runFile(await machineOf('baseline'), name, path.join(labRoot, 'scenarios', `${name}.yaml`));
}

test.serial(
  'lists, pages and ranges of all kinds come out as the tree says, where plain Linux is right',
  async (t) => {
    t.timeout(1_800_000, 'building the kernel');
    const outcome = await run('map-probe/lists');
    t.is(outcome.verdict, 'pass', outcome.reason);
    t.deepEqual(flows(outcome), []);
    const answers = readKtap(await readFile(path.join(outcome.bundle, 'answers.ktap'), 'utf8'));
    t.deepEqual(answers.problems, []);
    t.deepEqual(failures(answers.tests), []);
    t.is(answers.tests.length, outcome.steps.filter(({verb}) => verb !== 'load').length);
  },
);

test.serial("an address that is wider than the initiator's mask is a failure of a list", async (t) => {
  t.timeout(1_800_000, 'a boot');
  const {verdict, reason, steps} = await runOwn(await machineOf('baseline'), 'narrow-mask');
  t.is(verdict, 'fail');
  t.regex(reason, /exceeds (the|its) 31-bit DMA mask/);
  t.deepEqual(
    steps.map(({title}) => title),
    ['load p2plab', 'a page', 'a list'],
  );
});

test.serial('behind an IOMMU a list has bus addresses of peers below the same switch', async (t) => {
  t.timeout(1_800_000, 'a boot');
  const {verdict, reason} = await run('map-probe/list-below-switch-behind-iommu');
  t.is(verdict, 'pass', reason);
});
