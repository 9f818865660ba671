// SPDX-License-Identifier: MIT
import {temporary} from './temporary-state.ts';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {labRoot} from '../../src/base/paths.ts';
import {parseTrace} from '../helpers/parse-trace.ts';
import {findScenarios} from '../../src/spec/catalog.ts';
import {machineOf, runFile} from './lab.ts';

/** Nothing of the lab: no Node, no packages. */
const env = {PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C.UTF-8'};
const bytes = 65_536;

test.serial('a bundle repeats its run with QEMU alone: the same bytes at the same addresses', async (t) => {
  t.timeout(1_800_000, 'building the kernel, and two boots');
  const [scenario] = findScenarios(labRoot, ['nvme-copy-cascaded-switches']);
  const outcome = await runFile(await machineOf('baseline'), 'again', scenario?.file ?? '');
  t.is(outcome.verdict, 'pass', outcome.reason);
  const {bundle} = outcome;
  await execa('sha256sum', ['--check', '--quiet', '--strict', 'SHA256SUMS'], {cwd: bundle});

  const work = path.join(temporary, 'again, with "odd" words');
  const options = {env, extendEnv: false, cwd: '/', timeout: 120_000};
  const {stdout} = await execa(path.join(bundle, 'reproduce.sh'), [work], options);
  t.regex(stdout, /^p2plab: replayed\r?$/m);
  t.notRegex(stdout, /p2plab: exit status/);

  const source = await readFile(path.join(bundle, 'inputs/src.img'));
  const target = await readFile(path.join(work, 'disks/dst.img'));
  t.false(source.subarray(0, bytes).equals(Buffer.alloc(bytes)), 'zeroes would prove nothing');
  t.true(target.subarray(0, bytes).equals(source.subarray(0, bytes)));
  t.true((await readFile(path.join(bundle, 'inputs/dst.img'))).equals(Buffer.alloc(target.length)));

  const [written, read] = outcome.steps.at(-1)?.ledger ?? [];
  const given = parseTrace(await readFile(path.join(work, 'trace.log'), 'latin1'))
    .filter((event) => event.kind === 'nvme-map')
    .filter(({address}) => written !== undefined && address >= written.address)
    .filter(({address}) => written !== undefined && address < written.address + bytes);
  t.is(written?.address, read?.address);
  t.is(
    given.reduce((sum, event) => sum + event.bytes, 0),
    2 * bytes,
  );
});
