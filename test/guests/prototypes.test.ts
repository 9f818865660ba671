// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {flows, machineOf, type Outcome, runFile} from './lab.ts';

/** What 16 frames leave in the ledger, each with 18 bytes of header before its payload. */
const written = 'src write cmb 16384';
const sent = ['nic0 read cmb 16384', 'nic0 read host-memory 288', written];

async function run(kernel: string, scenario: string): Promise<Outcome> {
  const file = path.join(labRoot, 'scenarios', `${scenario}.yaml`);
  return runFile(await machineOf(kernel), scenario, file);
}

function passes(t: ExecutionContext, record: Outcome, ledger: readonly string[]): void {
  t.is(record.verdict, 'pass', `${record.scenario} on ${record.kernel}: ${record.reason}`);
  t.deepEqual(flows(record), ledger, `${record.scenario} on ${record.kernel}`);
}

test.serial('plain Linux maps a page for a NIC that has no path to it, and the lab fails it', async (t) => {
  const record = await run('baseline', 'known-issues/nic-refused-across-root-ports');
  t.is(record.verdict, 'fail', record.reason);
  t.deepEqual(flows(record), sent, 'what must not move has moved');
});

test.serial('pagemap refuses it, and says whom and whose memory', async (t) => {
  const record = await run('pagemap', 'known-issues/nic-refused-across-root-ports');
  passes(t, record, [written]);
  t.true(
    record.kernelSays.some((line) =>
      /^e1000e 0000:05:00\.0: peer-to-peer DMA to 0000:04:00\.0 at .* refused: no path to this device$/.test(
        line,
      ),
    ),
    record.kernelSays.join('\n'),
  );
});

test.serial('pagemap sends where there is a path, and moves the rest as ever', async (t) => {
  passes(t, await run('pagemap', 'nic-from-cmb'), sent);
  passes(t, await run('pagemap', 'nic-through-host-bridge'), sent);
  passes(t, await run('pagemap', 'nvme-copy-same-switch'), ['dst read cmb 16384', 'src write cmb 16384']);
  passes(t, await run('pagemap', 'refused-across-root-ports'), []);
  const control = await run('pagemap', 'host-memory-only');
  passes(t, control, ['dst read host-memory 65536', 'src write host-memory 65536']);
  const log = await readFile(path.join(control.bundle, 'dmesg.txt'), 'utf8');
  t.regex(log, /\] ok 1 pci_p2pdma$/m, 'the KUnit tests of the series');
  t.regex(log, /\] # pci_p2pdma: pass:[1-9]\d* fail:0 /m);
});

test.serial('what plain Linux maps blindly or wrong, the design that is about it does not', async (t) => {
  passes(t, await run('switch', 'known-issues/nic-refused-below-switches'), ['src write host-memory 8192']);
  passes(t, await run('resource', 'known-issues/edu-refused-across-root-ports'), [
    'edu read host-memory 4096',
    'src write host-memory 8192',
  ]);
  for (const [kernel, scenario] of [
    ['pagemap', 'map-probe/page-below-switch-behind-iommu'],
    ['resource', 'map-probe/range-below-switch-behind-iommu'],
  ] as const) {
    passes(t, await run(kernel, scenario), []);
    t.is((await run('baseline', scenario)).verdict, 'skip');
  }
});

test.serial('resource leaves pages and lists as they are', async (t) => {
  passes(t, await run('resource', 'nic-from-cmb'), sent);
  passes(t, await run('resource', 'nvme-copy-same-switch'), ['dst read cmb 16384', 'src write cmb 16384']);
});
