// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import path from 'node:path';
import test from 'ava';
import {flows, machineOf, type Outcome, runOwn} from './lab.ts';

test.beforeEach((t) => {
  t.timeout(1_800_000, 'building a kernel, or a boot');
});

function inShort({steps}: Outcome): readonly (readonly (string | undefined)[])[] {
  return steps.map(({title, verdict, knownIssue}) => [
    title,
    verdict,
    ...(knownIssue === undefined ? [] : [knownIssue]),
  ]);
}

test.serial('a page mapped blindly over a forbidden path is a failure, and a known issue', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'nic-across-root-ports');
  t.is(outcome.verdict, 'fail', outcome.reason);
  t.is(outcome.knownIssue, 'map-page');
  t.is(
    outcome.reason,
    "known issue map-page: nic0 read 16 KiB from cmb, but the mapping must be refused: dma_map_page() returned an address of cmb for nic0 without checking the path: no bridge is upstream of both nic0 and cmb, and host bridge 8086:29c0 is not on Linux' p2pdma whitelist",
  );
  // It is no matter of belief: the NIC was there, and took every byte.
  t.deepEqual(flows(outcome), ['nic0 read cmb 16384', 'nic0 read host-memory 288', 'src write cmb 16384']);
});

test.serial('where each step is judged by itself one that failed ends nothing', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'each-by-itself');
  t.deepEqual(inShort(outcome), [
    ['load p2plab', 'pass'],
    ['blind', 'fail', 'map-page'],
    ['wrong', 'fail'],
    ['right', 'pass'],
    ['frames', 'pass'],
    ['frames again', 'pass'],
  ]);
  t.is(outcome.verdict, 'fail');
  t.is(outcome.knownIssue, undefined, 'a known issue does not explain all of it');
  t.regex(outcome.reason, /^blind: known issue map-page: .* \(and 1 more\)/);
  t.regex(path.basename(outcome.bundle), /each-by-itself/);
});
