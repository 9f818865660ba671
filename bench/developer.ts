// SPDX-License-Identifier: MIT
// What somebody waits for who edits a kernel or a module, against the tools alone.
import {appendFile, cp, mkdir, readFile} from 'node:fs/promises';
import {availableParallelism} from 'node:os';
import path from 'node:path';
import {cacheRoot, labRoot} from '../src/base/paths.ts';
import {ensureSource} from '../src/build/sources/registry.ts';
import {type Figure, lab, quiet, scenario, work} from './figure.ts';

let changes = 0;

/** Changes what is compiled of a file, each time to something that nobody has compiled before. */
async function change(file: string): Promise<void> {
  await appendFile(file, `static int __maybe_unused changed_${Date.now()}_${changes++};\n`);
}

/** One line of a module of a prototype, up to the verdict, against QEMU alone. */
export async function module(name: string): Promise<Figure> {
  const folder = path.join(work, 'p2pdma_switch');
  await cp(path.join(labRoot, 'images/modules/p2pdma_switch'), folder, {recursive: true});
  const run = (): Promise<string> => lab(scenario, '--kernel', 'switch', '--module', folder);
  const reproduce = path.join(await run(), 'reproduce.sh');
  return {
    name,
    lab: async () => {
      await change(path.join(folder, 'route.c'));
      await run();
    },
    bare: async () => {
      await quiet`TRACE=0 ${reproduce} ${work}`;
    },
  };
}

/** One line of a kernel's work tree, up to the verdict, against make and then QEMU alone. */
export async function rebuild(name: string): Promise<Figure> {
  const context = {signal: new AbortController().signal, report: () => undefined};
  const source = await ensureSource({kind: 'package', name: 'linux-source-6.12'}, context);
  // Both change a tree of their own: neither is to compile what the other has changed.
  const [ours, bare] = [path.join(work, 'ours/linux'), path.join(work, 'bare/linux')];
  for (const tree of [ours, bare]) {
    await mkdir(path.dirname(tree), {recursive: true});
    await quiet`cp -a ${source.folder} ${tree}`;
  }
  const bundle = await lab(scenario, '--kernel', ours);
  const kernels = path.join(cacheRoot, 'kernels');
  const {kernel} = JSON.parse(await readFile(path.join(bundle, 'inputs.json'), 'utf8')) as {
    kernel: {key: string};
  };
  const objects = path.join(work, 'bare/objects/kernel');
  await mkdir(objects, {recursive: true});
  await cp(path.join(kernels, kernel.key, 'config'), path.join(objects, '.config'));
  const make = async (): Promise<void> => {
    await quiet`make -C ${bare} O=${objects} -j${availableParallelism()} bzImage modules`;
  };
  await quiet`make -C ${bare} O=${objects} olddefconfig`;
  await make();
  return {
    name,
    lab: async () => {
      await change(path.join(ours, 'drivers/pci/p2pdma.c'));
      await lab(scenario, '--kernel', ours);
    },
    bare: async () => {
      await change(path.join(bare, 'drivers/pci/p2pdma.c'));
      await make();
      await quiet`TRACE=0 ${path.join(bundle, 'reproduce.sh')} ${work}`;
    },
  };
}
