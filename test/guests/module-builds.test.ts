// SPDX-License-Identifier: MIT
// A module is what a clean build makes of it, whatever was in its folder before.
import {temporary} from './temporary-state.ts';
import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {sha256} from '../../src/base/hash.ts';
import {BuildError} from '../../src/base/errors.ts';
import {ensureKernel, type Kernel} from '../../src/build/kernel.ts';
import {ensureModules} from '../../src/build/modules.ts';
import {selectKernel} from '../../src/runner/select-kernel.ts';
import {context} from './lab.ts';

let kernel: Kernel;

test.before(async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  kernel = await ensureKernel({...selectKernel('baseline'), arch: 'x86_64'}, context);
});

const files = {
  Kbuild: 'obj-m := stale.o\nstale-y := main.o part.o\n',
  'main.c':
    '#include <linux/module.h>\n#include "value.h"\nint part(void);\nint value = VALUE;\nstatic int __init begin(void) { return part(); }\nmodule_init(begin);\nMODULE_LICENSE("GPL");\n',
  'part.c': 'int part(void);\nint part(void) { return 1; }\n',
  'value.h': '#define VALUE 1\n',
};

/** A folder with these files; its name is part of what is compiled. */
function write(place: string, name: string, content: Readonly<Record<string, string>>): string {
  const folder = path.join(temporary, place, name);
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  for (const [file, text] of Object.entries(content)) writeFileSync(path.join(folder, file), text);
  return folder;
}

async function build(folder: string): Promise<string> {
  const [module] = await ensureModules(kernel, [folder], [], context);
  return module === undefined ? 'none' : sha256(readFileSync(module.file));
}

test.serial('a part whose source is deleted, or is left as an object by its user, is missed', async (t) => {
  t.timeout(1_800_000, 'three modules');
  const unique = `stale${process.pid}`;
  // Other texts than the last run's, which are kept.
  const own = {...files, 'value.h': `#define VALUE ${process.pid}\n`};
  await build(write('one', unique, own));
  const {'part.c': _, ...rest} = own;
  const folder = write('two', unique, rest);
  await t.throwsAsync(build(folder), {instanceOf: BuildError, message: /No rule to make target .*part\.o/});
  writeFileSync(path.join(folder, 'part.c'), files['part.c']);
  execFileSync('gcc', ['-c', 'part.c', '-o', 'part.o'], {cwd: folder});
  rmSync(path.join(folder, 'part.c'));
  await t.throwsAsync(build(folder), {instanceOf: BuildError, message: /No rule to make target .*part\.o/});
});

test.serial('a rule that is gone makes nothing', async (t) => {
  t.timeout(1_800_000, 'two modules');
  const unique = `rules${process.pid}`;
  const generated = {
    ...files,
    Kbuild: `${files.Kbuild}$(obj)/main.o: $(obj)/value.h\n$(obj)/value.h:\n\techo '#define VALUE ${process.pid}' > $@\n`,
  };
  const {'value.h': _, ...rest} = generated;
  t.not(await build(write('one', unique, rest)), 'none');
  await t.throwsAsync(build(write('two', unique, {...rest, Kbuild: files.Kbuild})), {
    instanceOf: BuildError,
    message: /value\.h/,
  });
});
