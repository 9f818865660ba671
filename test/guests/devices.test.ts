// SPDX-License-Identifier: MIT
// Device types whose evidence only a QEMU that routes has, and commands that move nothing.
import './temporary-state.ts';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {runAll} from '../../src/runner/run-all.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {findScenarios} from '../../src/spec/catalog.ts';
import {context, flows, qemu} from './lab.ts';

const expected: Readonly<Record<string, readonly string[]>> = {
  conventional: [
    'edu0 read cmb 4096',
    'edu0 read host-memory 4096',
    'edu0 write cmb 4096',
    'edu0 write host-memory 4096',
    'src write host-memory 12288',
    'src write vga0 65536',
  ],
  'nic-virtio-from-cmb': [
    'nic0 read cmb 16384',
    'nic0 read host-memory 17344',
    'src write cmb 16384',
    'src write host-memory 16384',
  ],
  'nvme-write-zeroes': ['dst read cmb 65536', 'src write cmb 65536'],
};

test.serial('a virtio NIC, a conventional bus, and a command without data', async (t) => {
  t.timeout(1_800_000, 'building the kernel and QEMU, or a boot for each scenario');
  const results = await runAll(
    {
      ...{entries: findScenarios(labRoot, Object.keys(expected)), kernel: selectKernel('baseline')},
      ...{qemu, jobs: 1, keep: false},
    },
    {result: () => undefined},
    context,
  );
  t.deepEqual(
    results.map(({scenario}) => scenario),
    Object.keys(expected),
  );
  for (const result of results) {
    t.is(result.verdict, 'pass', `${result.scenario}: ${result.reason}`);
    t.deepEqual(flows(result), expected[result.scenario], result.scenario);
  }
});
