// SPDX-License-Identifier: MIT
/**
 * Makes the golden logs of test/evidence/reports anew: boots kernels, makes each ill in one way, and keeps
 * what its console says. `node test/evidence/provoke.ts [NAME…]`
 */
import {temporary} from '../guests/temporary-state.ts';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {labRoot} from '../../src/base/paths.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {type Machine, prepareMachine} from '../../src/scenario/machine.ts';
import {context, machineOf, qemu, withModule} from '../guests/lab.ts';
import {provoke} from './provoke/guest.ts';
import {type Illness, illnesses} from './provoke/illnesses.ts';

const checkers = ['kasan', 'lockdep', 'dma-debug', 'kmemleak', 'ubsan', 'provoke', 'debug-info'];

/** The kernel of all checkers takes half an hour to compile; the others are those of other tests. */
const kernels: Readonly<Record<Illness['kernel'], () => Promise<Machine>>> = {
  baseline: () => machineOf('baseline'),
  arm64: () => machineOf('baseline', [], 'aarch64'),
  'broken-tests': () => machineOf('pagemap', ['lab/mutants/pagemap-hook-ignored']),
  checked: () => {
    const baseline = selectKernel('baseline');
    const series = [path.join(labRoot, 'lab/patches/debug')];
    const recipe = {...baseline, name: 'checked', config: checkers, series, arch: 'x86_64'} as const;
    return prepareMachine(recipe, qemu, context);
  },
};

/** A program that reads where nothing is: 20 bytes of code are too few for a file of their own. */
function compileSegfault(): Uint8Array {
  const file = path.join(temporary, 'segfault');
  const source = 'void _start(void) { *(volatile int *)8; for (;;); }';
  execFileSync('gcc', ['-static', '-nostdlib', '-o', file, '-x', 'c', '-'], {input: source});
  return readFileSync(file);
}

const names = process.argv.slice(2);
const chosen = illnesses.filter(({name}) => names.length === 0 || names.includes(name));
const made = new Map<Illness['kernel'], Machine>();
const segfault = compileSegfault();
for (const illness of chosen) {
  const {name, kernel} = illness;
  const machine = made.get(kernel) ?? (await withModule(await kernels[kernel](), 'modules/ailing'));
  made.set(kernel, machine);
  const log = await provoke(illness, machine, segfault);
  await writeFile(path.join(import.meta.dirname, 'reports', `${name}.txt`), log);
  console.log(`${name}: ${log.split('\n').length} lines`);
}
