// SPDX-License-Identifier: MIT
import {temporary} from './temporary-state.ts';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {ensureSource} from '../../src/build/sources/registry.ts';
import {context, machineOf, qemu} from './lab.ts';
import {LabProcess} from './processes.ts';

const name = 'drivers/pci/p2pdma.c';
// So that git asks for all of these on its way; test/build/git-bisect.slow.test.ts has 32.
const count = 10;
const bug = 4;
const unbuilt = [5];
const hanging = 6;

/** The file after a number of patches: each leaves a line; one plants a bug, some do not build, one hangs at boot. */
function after(source: string, patches: number): string {
  const lines = Array.from({length: patches}, (_, index) => `/* patch ${index + 1} */\n`).join('');
  const right = 'sg->dma_address = sg_phys(sg) + state->bus_off;';
  const wrong = 'sg->dma_address = sg_phys(sg) + state->bus_off + PAGE_SIZE;';
  const hang =
    'static int __init lab_hang(void)\n{\n\tfor (;;)\n\t\tcpu_relax();\n\treturn 0;\n}\nlate_initcall(lab_hang);\n';
  return [
    patches >= bug ? source.replace(right, wrong) : source,
    lines,
    unbuilt.includes(patches) ? '#error "it does not build"\n' : '',
    patches === hanging ? hang : '',
  ].join('');
}

async function patchBetween(before: string, then: string): Promise<string> {
  const root = path.join(temporary, 'diff');
  for (const [side, text] of Object.entries({a: before, b: then})) {
    mkdirSync(path.join(root, side, path.dirname(name)), {recursive: true});
    writeFileSync(path.join(root, side, name), text);
  }
  const words = ['diff', '--no-index', '--no-prefix', `a/${name}`, `b/${name}`];
  return (await execa('git', words, {cwd: root, reject: false, stripFinalNewline: false})).stdout;
}

async function series(): Promise<string> {
  const {folder} = await ensureSource(selectKernel('baseline').source, context);
  const source = readFileSync(path.join(folder, name), 'utf8');
  const target = path.join(temporary, 'bisected');
  mkdirSync(target);
  for (let number = 1; number <= count; number++) {
    const diff = await patchBetween(after(source, number - 1), after(source, number));
    const file = path.join(target, `${String(number).padStart(4, '0')}-patch.patch`);
    writeFileSync(file, `Subject: [PATCH ${number}/${count}] PCI/P2PDMA: Change ${number}\n\n---\n${diff}`);
  }
  return target;
}

test('of ten patches the one with the bug is found, though one does not build and one hangs at boot', async (t) => {
  t.timeout(1_800_000, 'some kernels, of one file each');
  await machineOf('baseline');
  const log = path.join(temporary, 'bisect.log');
  const words = ['bisect', 'nvme-copy-same-switch', '--series', await series(), '--qemu', qemu, '--log', log];
  const lab = new LabProcess(words);
  t.is(await lab.ended, 0, lab.output);
  t.regex(
    lab.output,
    new RegExp(`is the first bad one, of \\d+ that were tried:\\n {2}PCI/P2PDMA: Change ${bug}\\n`),
  );
  t.regex(lab.output, /skip .*Change 5\n +it does not build: .* does not compile: .*#error/);
  t.regex(lab.output, /skip .*Change 6\n +crash, which is not what is searched for/);
  t.regex(lab.output, /before: pass on baseline\+3: /);
  t.regex(lab.output, /since: fail on baseline\+4\n +placement: /);
  t.regex(readFileSync(log, 'utf8'), /^# first bad commit: .*Change 4$/m);
  t.deepEqual(await lab.survivors(), []);
});
