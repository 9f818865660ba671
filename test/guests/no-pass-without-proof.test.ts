// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {findScenarios} from '../../src/spec/catalog.ts';
import {flows, machineOf, type Outcome, runFile, runOwn} from './lab.ts';

const patience = 1_800_000;

test.beforeEach((t) => {
  t.timeout(patience, 'building a kernel, or a boot');
});

function failedChecks({steps}: Outcome): readonly string[] {
  return steps.flatMap(({checks}) => checks.filter(({ok}) => !ok).map(({name}) => name));
}

function guestReportsSuccess({steps}: Outcome): boolean {
  const facts = steps.flatMap(({guest}) => guest.flatMap((command) => command.facts));
  return facts.length > 0 && facts.every(({ok}) => ok);
}

// Scenarios that expect what cannot be: the lab must not agree with them, and must say why.

test.serial('peer is expected, and the kernel refuses', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'expects-peer-but-refused');
  t.is(outcome.verdict, 'fail');
  t.regex(outcome.reason, /expected: src writes 64 KiB to cmb.*; observed: no transfers/);
  t.regex(outcome.reason, /the topology requires the mapping to be refused/);
  t.deepEqual(flows(outcome), []);
});

test.serial('refusal is expected, and the bytes go from peer to peer', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'expects-refused-but-peer');
  t.is(outcome.verdict, 'fail');
  t.regex(
    outcome.reason,
    /expected: no transfers; observed: src wrote 64 KiB to cmb, dst read 64 KiB from cmb/,
  );
  t.regex(outcome.reason, /the topology requires peer-to-peer DMA/);
});

test.serial('host memory is expected, and the bytes go from peer to peer', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'expects-host-memory-but-peer');
  t.is(outcome.verdict, 'fail');
  t.regex(outcome.reason, /expected: src writes 64 KiB to host memory.*; observed: src wrote 64 KiB to cmb/);
  t.regex(outcome.reason, /the topology requires peer-to-peer DMA/);
});

test.serial('peer is expected, and the bytes go through host memory', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'expects-peer-but-host-memory');
  t.is(outcome.verdict, 'fail');
  t.regex(outcome.reason, /the topology requires DMA through host memory/);
});

test.serial('a step that succeeds where the host sees nothing proves nothing', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'proves-nothing');
  t.is(outcome.verdict, 'error');
  t.regex(outcome.reason, /proves nothing/);
});

test.serial('a command that ends with another status is a failure, with its words', async (t) => {
  const outcome = await runOwn(await machineOf('baseline'), 'exits-wrong');
  t.is(outcome.verdict, 'fail');
  t.regex(outcome.reason, /exited with status 3, expected 0: it is a test/);
});

// Kernels that are broken on purpose, in which the guest notices nothing.

async function runMutant(name: string): Promise<Outcome> {
  const machine = await machineOf('baseline', [`lab/mutants/${name}`]);
  const [scenario] = findScenarios(labRoot, ['nvme-copy-cascaded-switches']);
  return runFile(machine, name, scenario?.file ?? path.join(labRoot, 'scenarios'));
}

test.serial('addresses one page too high, in both directions: a round trip compares equal', async (t) => {
  const outcome = await runMutant('bus-address-next-page');
  t.is(outcome.verdict, 'fail');
  t.regex(
    outcome.reason,
    /^placement: src was given DMA address 0x[\da-f]+1000, but the mapped memory of cmb is at 0x[\da-f]+0000/,
  );
  // The ledger alone would pass it: the right devices, the right BAR, all of the bytes.
  t.deepEqual(flows(outcome), ['dst read cmb 65536', 'src write cmb 65536']);
  t.deepEqual(failedChecks(outcome), ['placement', 'read-back']);
  t.true(guestReportsSuccess(outcome));
});

test.serial('addresses in host memory instead of the BAR: a round trip compares equal', async (t) => {
  const outcome = await runMutant('bus-address-into-ram');
  t.is(outcome.verdict, 'fail');
  t.regex(
    outcome.reason,
    /^ledger: expected: .*; observed: src wrote 64 KiB to host memory, dst read 64 KiB from host memory$/,
  );
  t.true(failedChecks(outcome).includes('read-back'));
  t.false(failedChecks(outcome).includes('disk'));
  t.true(guestReportsSuccess(outcome));
});

test.serial(
  'addresses with the sign flipped: every transfer completes, and the bytes went to unmapped addresses',
  async (t) => {
    const outcome = await runMutant('bus-address-sign');
    t.is(outcome.verdict, 'fail');
    t.regex(
      outcome.reason,
      /^ledger: expected: .*; observed: src wrote 64 KiB to an unmapped address, dst read 64 KiB from an unmapped address$/,
    );
    t.true(failedChecks(outcome).includes('placement'));
    t.true(guestReportsSuccess(outcome));
  },
);

test.serial('the sign of the bus offset cannot show where bus and CPU addresses are the same', async (t) => {
  // On x86 the offset is zero. That this passes is the machine's limit, not the lab's: it takes a host
  // bridge that translates.
  const outcome = await runMutant('bus-offset-sign');
  t.is(outcome.verdict, 'pass', outcome.reason);
});
