// SPDX-License-Identifier: MIT
import test from 'ava';
import {inBuildOrder, type Sortable} from '../../../src/runner/mutants/build-order.ts';

const mutant = (name: string, of: Partial<Sortable> = {}): Sortable => ({
  name,
  kernel: 'baseline',
  variant: 'plain',
  patchesKernel: true,
  files: ['drivers/pci/p2pdma.c'],
  ...of,
});

test('kernels stay together, and within one what touches the same files', (t) => {
  const mutants = [
    mutant('header', {files: ['include/linux/mmzone.h']}),
    mutant('slow', {variant: 'debug'}),
    mutant('p2pdma-b'),
    mutant('other-kernel', {kernel: 'pagemap'}),
    mutant('nvme', {files: ['drivers/nvme/host/pci.c']}),
    mutant('p2pdma-a'),
    mutant('module', {patchesKernel: false, files: ['images/modules/x/main.c']}),
  ];
  t.deepEqual(
    inBuildOrder(mutants).map(({name}) => name),
    ['module', 'nvme', 'p2pdma-a', 'p2pdma-b', 'header', 'other-kernel', 'slow'],
  );
});

test('none is lost', (t) => {
  const mutants = ['b', 'a', 'c'].map((name) => mutant(name));
  t.is(inBuildOrder(mutants).length, mutants.length);
});
