// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {listScenarios} from '../../src/spec/catalog.ts';
import {flows, machineOf, type Outcome, proofs, runFile, runOwn} from './lab.ts';
import {vectorFlows} from './vector-flows.ts';

const patience = 1_800_000;

test.beforeEach((t) => {
  t.timeout(patience, 'building a kernel, or a boot');
});

async function run(kernel: string, name: string): Promise<Outcome> {
  return runFile(await machineOf(kernel), name, path.join(labRoot, 'scenarios/lifecycle', `${name}.yaml`));
}

function witnesses(outcome: Outcome): readonly string[] {
  return [...new Set(proofs(outcome))].toSorted();
}

/** What the guest said of steps that nobody but the guest can see. */
function account({steps}: Outcome, check: string): readonly string[] {
  return steps.flatMap(({checks}) => checks.filter(({name}) => name === check).map(({detail}) => detail));
}

const disks = ['disk dst', 'disk src', 'ledger', 'path'];

test.serial('what can be mapped and what cannot, and nothing leaks', async (t) => {
  const outcome = await run('baseline', 'mappings');
  t.is(outcome.verdict, 'pass', outcome.reason);
  t.deepEqual(flows(outcome), ['dst read display 4096', `src write display ${16 * 2 ** 20}`]);
  t.deepEqual(witnesses(outcome), disks);
});

test.serial('vectors over several places, to the byte', async (t) => {
  const outcome = await run('baseline', 'vectors');
  t.is(outcome.verdict, 'pass', outcome.reason);
  t.deepEqual(flows(outcome), vectorFlows);
  t.deepEqual(witnesses(outcome), [...disks, 'placement', 'read-back']);
});

test.serial('a provider goes while it is in use', async (t) => {
  const outcome = await run('baseline', 'provider-removed');
  t.is(outcome.verdict, 'pass', outcome.reason);
  t.deepEqual(flows(outcome), [
    'dst read cmb 16384',
    'dst read display 16384',
    'dst read spare 16384',
    'src write cmb 32768',
    `src write display ${2 * 65536 + 16384}`,
    'src write spare 24576',
  ]);
  t.deepEqual(
    witnesses(outcome),
    [...disks, 'in-flight', 'placement', 'read-back', 'slot', 'tree'].toSorted(),
  );
  // The display's driver has nothing else to wait for.
  t.true(account(outcome, 'waits')[0]?.startsWith('the unbind of display waited in memunmap_pages'));
  t.is(account(outcome, 'waits').length, 4);
});

test.serial('an initiator goes while it is at work', async (t) => {
  const outcome = await run('baseline', 'initiator-removed');
  t.is(outcome.verdict, 'pass', outcome.reason);
  t.deepEqual(witnesses(outcome), [...disks, 'in-flight', 'placement', 'read-back'].toSorted());
  // What the controller had in hand when it was reset it is given again.
  const moved = outcome.steps[0]?.ledger.filter(({initiator}) => initiator === 'src') ?? [];
  t.deepEqual([...new Set(moved.map(({target}) => target))], ['cmb']);
  t.true(moved.reduce((sum, {bytes}) => sum + bytes, 0) > 16384);
});

test.serial('the prototype at the switch while devices come and go', async (t) => {
  const outcome = await run('switch', 'switch-lifecycle');
  t.is(outcome.verdict, 'pass', outcome.reason);
  t.true(account(outcome, 'prototype').length > 4);
});

test.serial('the prototype where host memory is bounced', async (t) => {
  const outcome = await run('switch', 'switch-swiotlb');
  t.is(outcome.verdict, 'pass', outcome.reason);
});

test.serial('the prototype leaves alone what an IOMMU translates for', async (t) => {
  const outcome = await run('switch', 'switch-iommu');
  t.is(outcome.verdict, 'pass', outcome.reason);
});

test.serial('the prototype and a provider beyond the host bridge', async (t) => {
  const outcome = await run('switch', 'switch-through-host-bridge');
  t.is(outcome.verdict, 'pass', outcome.reason);
});

test.serial('pages of a provider are given to nobody who did not ask for them', async (t) => {
  const outcome = await run('baseline', 'gup');
  t.is(outcome.verdict, 'pass', outcome.reason);
  t.deepEqual(flows(outcome), ['dst read cmb 16384', 'src write cmb 16384']);
  t.true(witnesses(outcome).includes('accesses'));
  t.is(
    account(outcome, 'guest').filter((detail) => /failed with (EFAULT|EIO|EREMOTEIO)/.test(detail)).length,
    5,
  );
});

test.serial('a vector over the memory of two providers that touch', async (t) => {
  const outcome = await run('baseline', 'neighbours');
  t.is(outcome.verdict, 'pass', outcome.reason);
  t.deepEqual(flows(outcome), ['dst read near 4096', 'src write near 4096']);
  // They do touch: without that the scenario would show nothing.
  const [last] = outcome.steps.flatMap(({ledger}) => ledger);
  const map = await readFile(path.join(outcome.bundle, 'dmesg.txt'), 'utf8');
  const bars = [...map.matchAll(/BAR 0 \[mem 0x([0-9a-f]+)-0x([0-9a-f]+) pref\]/g)].map((match) =>
    match.slice(1).map((text) => Number.parseInt(text, 16)),
  );
  t.true(
    bars.some(([begin]) => begin === (last?.address ?? 0) + 4096),
    JSON.stringify(bars),
  );
});

test.serial('no scenario of this directory is missing here', (t) => {
  t.deepEqual(
    listScenarios(labRoot)
      .map(({name}) => name)
      .filter((name) => name.startsWith('lifecycle/')),
    [
      'gup',
      'initiator-removed',
      'mappings',
      'neighbours',
      'provider-removed',
      'switch-iommu',
      'switch-lifecycle',
      'switch-swiotlb',
      'switch-through-host-bridge',
      'vectors',
    ].map((name) => `lifecycle/${name}`),
  );
});

// Each kind of check must fail once.

test.serial('a kernel that leaks a page of each mapping: the pool is missing it', async (t) => {
  const machine = await machineOf('baseline', ['lab/mutants/mmap-page-leaked']);
  const outcome = await runFile(machine, 'leaked', path.join(labRoot, 'scenarios/lifecycle/mappings.yaml'));
  t.is(outcome.verdict, 'fail');
  t.regex(outcome.reason, /^guest: drain-pool failed with ENOMEM/);
});

test.serial('a mapping that is allowed is expected to be refused', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'expects-error-but-mapped');
  t.is(outcome.verdict, 'fail');
  t.regex(outcome.reason, /^guest: no call failed; expected map to fail with EINVAL/);
});
