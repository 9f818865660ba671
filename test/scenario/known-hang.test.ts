// SPDX-License-Identifier: MIT
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {knownHang} from '../../src/scenario/known-hang.ts';
import {planScenario} from '../../src/scenario/plan.ts';

const name = 'known-issues/swiotlb-refused-beyond-host-bridge';
const plan = planScenario({name, file: path.join(labRoot, 'scenarios', `${name}.yaml`)});
const [first, second] = plan.scenario.value.steps;
if (first === undefined || second === undefined) throw new Error(`${name} has other steps`);

/** As Linux prints the stack of a task that waits for block I/O. */
const blocked = `[   32.090996] sysrq: Show Blocked State
[   32.099081] task:p2p-shell       state:D stack:0     pid:61    tgid:61    ppid:59     flags:0x00000002
[   32.100081] Call Trace:
[   32.100381]  <TASK>
[   32.116426]  submit_bio_wait+0x67/0x90
[   32.116598]  __blkdev_direct_IO_simple+0xe6/0x200
[   32.126598]  </TASK>
`;
const oops = readFileSync(
  path.join(import.meta.dirname, '../evidence/reports/kasan-null-pointer.txt'),
  'utf8',
);

const root = mkdtempSync(path.join(tmpdir(), 'p2plab-hang-'));
process.on('exit', () => {
  rmSync(root, {recursive: true, force: true});
});

function folderWith(console: string): string {
  const folder = mkdtempSync(path.join(root, 'run-'));
  writeFileSync(path.join(folder, 'console.log'), console);
  return folder;
}

test('a task that waits for block I/O is the known hang of the step that is refused', async (t) => {
  const known = await knownHang(second, plan.topology, {features: []}, folderWith(blocked));
  t.like(known, {knownIssue: 'refused-io-ends', blockedIn: 'submit_bio_wait'});
});

test('it is none in another step, of a kernel that ends such I/O, or where nothing waits for it', async (t) => {
  const folder = folderWith(blocked);
  t.is(await knownHang(first, plan.topology, {features: []}, folder), undefined);
  t.is(await knownHang(second, plan.topology, {features: ['refused-io-ends']}, folder), undefined);
  t.is(await knownHang(second, plan.topology, {features: []}, folderWith('')), undefined);
});

test('it is none if the kernel reports something else', async (t) => {
  const folder = folderWith(`${oops}\n${blocked}`);
  t.is(await knownHang(second, plan.topology, {features: []}, folder), undefined);
});
