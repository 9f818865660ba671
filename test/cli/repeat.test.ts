// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {execaSync} from 'execa';
import {labRoot} from '../../src/base/paths.ts';
import {withVariant, selectKernel} from '../../src/cli/select-kernel.ts';
import {repeatCommand, repeatWords} from '../../src/results/repeat.ts';
import {findScenarios} from '../../src/spec/catalog.ts';

const place = path.join(temporary, "it's a folder");

const made = (name: string, content = ''): string => {
  const file = path.join(place, name);
  mkdirSync(path.dirname(file), {recursive: true});
  writeFileSync(file, content);
  return file;
};

const scenarios = ['nvme-copy-same-switch', 'pairs/switch', made('own.yaml'), made('pairs/switch.yaml')];
const tree = path.dirname(made('linux/Kbuild'));
const kernels: readonly Parameters<typeof selectKernel>[] = [
  ['baseline'],
  ['switch', {config: ['debug', made('mine.config')]}],
  ['baseline', {series: [made('fix.patch'), made('b.mbox'), path.dirname(made('folder/0001-x.patch'))]}],
  ['baseline', {series: [path.join(labRoot, 'lab/mutants/bus-address-next-page')]}],
  ['switch', {modules: [path.dirname(made('a module/Kbuild', 'obj-m += mine.o\n'))]}],
  [tree],
  [`git:${tree}@mine/topic`, {series: [made('fix.patch')]}],
];

/** What a word of the line that follows `option` is, each time. */
function values(words: readonly string[], option: string): readonly string[] {
  return words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
}

for (const name of scenarios) {
  for (const [index, chosen] of kernels.entries()) {
    test(`the command means the same run: ${path.relative(place, name)}, kernel ${index}`, (t) => {
      const [entry] = findScenarios(labRoot, [name]);
      const kernel = selectKernel(...chosen);
      const run = {
        scenario: entry?.name ?? '',
        kernel: kernel.name,
        variant: 'debug',
        qemu: 'routed 10.0.2',
        seconds: 7,
      };
      const command = repeatCommand(run);
      // As a shell takes it apart.
      const words = execaSync('sh', ['-c', `printf '%s\\0' ${command ?? ''}`]).stdout.split('\0');
      t.is(path.resolve(words[0] ?? ''), path.join(labRoot, 'p2plab'));
      t.deepEqual(findScenarios(labRoot, [words[2] ?? '']), [entry]);
      const [given = ''] = values(words, '--kernel');
      const again = selectKernel(given, {
        series: values(words, '--series'),
        config: values(words, '--config'),
        modules: values(words, '--module'),
      });
      t.deepEqual(again, kernel);
      t.is(withVariant(again, values(words, '--variant')[0] ?? '').variant.name, 'debug');
      t.deepEqual([values(words, '--qemu'), values(words, '--seconds')], [['routed'], ['7']]);
    });
  }
}

test('the usual is left out, and what is gone has no command', (t) => {
  const plain = {kernel: 'baseline', variant: 'plain'};
  t.deepEqual(repeatWords({scenario: 'nic-from-cmb', ...plain}), [
    'run',
    'nic-from-cmb',
    '--kernel',
    'baseline',
  ]);
  const gone = made('gone.yaml');
  const scenario = findScenarios(labRoot, [gone])[0]?.name ?? '';
  rmSync(gone);
  t.is(repeatCommand({scenario, ...plain}), undefined);
  t.is(
    repeatCommand({scenario: 'nic-from-cmb', kernel: 'baseline+/none/there', variant: 'plain'}),
    undefined,
  );
  t.is(repeatCommand({scenario: 'nic-from-cmb', kernel: 'baseline+3', variant: 'plain'}), undefined);
});
