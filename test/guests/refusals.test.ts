// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {flows, machineOf, runFile, runOwn} from './lab.ts';

test.beforeEach((t) => {
  t.timeout(1_800_000, 'building a kernel, or a boot');
});

async function run(name: string) {
  return runFile(await machineOf('baseline'), name, path.join(labRoot, 'scenarios', `${name}.yaml`));
}

test.serial('an edu is refused a page that is beyond its mask, as its driver is told', async (t) => {
  const outcome = await run('map-probe/beyond-mask');
  t.is(outcome.verdict, 'pass', outcome.reason);
  t.deepEqual(outcome.steps[0]?.guest[0]?.command.slice(2), ['edu_dma_bits=31']);
});

test.serial(
  'a list beyond the mask is a known issue, and the ledger has where the edu was sent',
  async (t) => {
    const {verdict, knownIssue, reason, ...outcome} = await run('known-issues/edu-list-beyond-mask');
    t.is(verdict, 'fail', reason);
    t.is(knownIssue, 'mask-bus-addr', reason);
    t.true(flows(outcome as never).includes('edu read unmapped 4096'));
  },
);

test.serial(
  'I/O that swiotlb=force refuses is retried for ever: a known issue, with the function',
  async (t) => {
    const {verdict, knownIssue, reason} = await run('known-issues/swiotlb-refused-beyond-host-bridge');
    t.is(verdict, 'crash', reason);
    t.is(knownIssue, 'refused-io-ends', reason);
    t.regex(reason, /^known issue refused-io-ends: .*blocked in \w+\(\)/);
  },
);

test.serial(
  'an edu whose driver does not bind is an error of the lab, not a hole in the ledger',
  async (t) => {
    const {verdict, reason} = await runOwn(await machineOf('baseline'), 'edu-unbound');
    t.is(verdict, 'error', reason);
    t.regex(reason, /^the driver p2plab_edu is not bound to edu \(0000:/);
  },
);
