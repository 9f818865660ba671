// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {machineOf, runFile} from './lab.ts';

async function run(name: string) {
  return runFile(await machineOf('baseline'), name, path.join(labRoot, 'scenarios', `${name}.yaml`));
}

test.serial('a slot goes and comes with all of its functions', async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  const {verdict, reason, steps} = await run('hotplug/slot');
  t.is(verdict, 'pass', reason);
  const unplug = steps.find(({verb}) => verb === 'unplug');
  t.deepEqual(
    unplug?.checks.filter(({witness}) => witness === 'host').map(({detail}) => detail),
    ['QEMU has removed cmb, spare', 'QEMU and the guest have the declared topology'],
  );
});

test.serial('a switch goes with all that is below it, while a drive uses some of it', async (t) => {
  t.timeout(1_800_000, 'a boot');
  const {verdict, reason} = await run('hotplug/switch-gone');
  t.is(verdict, 'pass', reason);
});

test.serial('Linux does not register a CMB of 1 MiB, and nothing moves', async (t) => {
  t.timeout(1_800_000, 'a boot');
  const {verdict, reason, steps} = await run('cmb/small');
  t.is(verdict, 'pass', reason);
  const refused = steps.find(({expected}) => expected?.absent === 'cmb');
  t.deepEqual(refused?.ledger, []);
});

test.serial("a scenario's kernel arguments reach the kernel: IOVAs come from the top", async (t) => {
  t.timeout(1_800_000, 'a boot');
  const [high, low] = [await run('iommu/vtd-high-iovas'), await run('iommu/vtd-strict')];
  t.is(high.verdict, 'pass', high.reason);
  const addresses = ({steps}: typeof high) => steps.flatMap(({ledger}) => ledger.map(({address}) => address));
  t.true(addresses(high).length > 0 && addresses(high).every((address) => address > 2 ** 32));
  t.true(addresses(low).every((address) => address < 2 ** 32));
  t.deepEqual(high.kernelArguments, ['iommu.forcedac=1']);
});
