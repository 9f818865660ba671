// SPDX-License-Identifier: MIT
import './temporary-state.ts';
import test from 'ava';
import {qemuMutants, testQemu, tryQemuMutant} from '../../src/build/qemu-test.ts';
import {context, qemu} from './lab.ts';

test.serial("QEMU's own tests of PCI pass with the lab's series", async (t) => {
  t.timeout(1_800_000, 'building QEMU');
  const results = await testQemu(qemu, context);
  for (const {name, passed, failed, broken} of results) {
    t.deepEqual(failed, [], name);
    t.is(broken, undefined, name);
    t.true(passed > 0, `${name} has run no test`);
  }
});

test.serial("the series' own test catches each mutant of it", async (t) => {
  t.timeout(1_800_000, 'building QEMU for each');
  const mutants = await qemuMutants(qemu);
  t.true(mutants.length >= 10);
  for (const mutant of mutants) {
    const {killedBy, inconclusive} = await tryQemuMutant(qemu, mutant, context);
    t.is(inconclusive, undefined, mutant);
    t.not(killedBy.length, 0, `${mutant} survived`);
  }
});
