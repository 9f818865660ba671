// SPDX-License-Identifier: MIT
import {environment} from './users-environment.ts';
import '../base/temporary-cache.ts';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {recordingContext} from '../base/contexts.ts';
import {sha256} from '../../src/base/hash.ts';
import {cacheRoot} from '../../src/base/paths.ts';
import {ensureKernel, type KernelPlan} from '../../src/build/kernel.ts';
import {patchBetween, writeTree} from './fake-linux.ts';
import {addMachinery, linuxSource, smallLinux} from './small-linux.ts';

const context = recordingContext();

const linux = linuxSource(environment);

function newTree(): string {
  const tree = writeTree(smallLinux());
  addMachinery(linux, tree);
  return tree;
}

function planOf(tree: string, more: Partial<KernelPlan> = {}): KernelPlan {
  return {
    ...{name: 'small', source: {kind: 'tree', path: tree}, config: [], series: [], arch: 'x86_64'},
    ...{features: [], missing: [], architectures: ['x86_64'], modules: []},
    ...more,
  };
}

/** What a build comes to: the kernel's bytes, or that there is none. */
async function outcome(plan: KernelPlan): Promise<string> {
  try {
    const kernel = await ensureKernel(plan, context);
    return [kernel.vmlinux, kernel.config].map((file) => sha256(readFileSync(file))).join();
  } catch (error) {
    if (error instanceof Error && error.name === 'BuildError') return 'does not build';
    throw error;
  }
}

function forget(...kinds: readonly string[]): void {
  for (const kind of kinds) rmSync(path.join(cacheRoot, kind), {recursive: true, force: true});
}

/** The same from nothing: no objects, no work tree, no compiler's cache. */
async function cleanOutcome(plan: KernelPlan): Promise<string> {
  const aside = path.join(temporary, 'aside');
  const kinds = ['kernels', 'trees', 'ccache'].filter((kind) => existsSync(path.join(cacheRoot, kind)));
  mkdirSync(aside);
  for (const kind of kinds) renameSync(path.join(cacheRoot, kind), path.join(aside, kind));
  try {
    return await outcome(plan);
  } finally {
    forget('kernels', 'trees', 'ccache');
    for (const kind of kinds) renameSync(path.join(aside, kind), path.join(cacheRoot, kind));
    rmSync(aside, {recursive: true});
  }
}

/** What edits add. */
const added = [
  ...['kernel/shared.h', 'drivers/optional.h', 'drivers/Kbuild'],
  ...['kernel/util.S', 'kernel/entry.c', 'kernel/renamed.c'],
];

/** One thing that a developer does to a tree, by name: what it does, if it can be done. */
const edits: Readonly<Record<string, (tree: string) => void>> = {
  'delete an object’s source': (tree) => {
    rmSync(path.join(tree, 'kernel/util.c'), {force: true});
  },
  'delete part of a composite': (tree) => {
    rmSync(path.join(tree, 'drivers/pci/one.c'), {force: true});
  },
  'delete assembly': (tree) => {
    rmSync(path.join(tree, 'kernel/entry.S'), {force: true});
  },
  'delete a shipped file': (tree) => {
    rmSync(path.join(tree, 'drivers/pci/shipped.c_shipped'), {force: true});
  },
  'delete a header': (tree) => {
    rmSync(path.join(tree, 'drivers/pci/own.h'), {force: true});
  },
  'delete included code': (tree) => {
    rmSync(path.join(tree, 'drivers/pci/two-data.c'), {force: true});
  },
  'delete what a table is made of': (tree) => {
    rmSync(path.join(tree, 'kernel/table.txt'), {force: true});
  },
  'delete a Makefile': (tree) => {
    rmSync(path.join(tree, 'drivers/pci/Makefile'), {force: true});
  },
  'put all back': (tree) => {
    for (const [name, content] of Object.entries(smallLinux())) {
      if (name === 'Makefile' || name === 'Kconfig') continue;
      const [file, folder] = [path.join(tree, name), path.dirname(path.join(tree, name))];
      if (lstatSync(folder, {throwIfNoEntry: false})?.isFile() === true) rmSync(folder);
      if (
        lstatSync(file, {throwIfNoEntry: false})?.isFile() === true &&
        readFileSync(file, 'utf8') === content
      )
        continue;
      rmSync(file, {recursive: true, force: true});
      mkdirSync(folder, {recursive: true});
      writeFileSync(file, content);
    }
    for (const name of added) rmSync(path.join(tree, name), {force: true});
  },
  'edit a source': (tree) => {
    writeFileSync(path.join(tree, 'drivers/pci/one.c'), 'int one = 11;\n');
  },
  'edit a header': (tree) => {
    writeFileSync(path.join(tree, 'include/shared.h'), '#define SHARED 10\n');
  },
  'edit what a table is made of': (tree) => {
    writeFileSync(path.join(tree, 'kernel/table.txt'), 'TABLE 8\n');
  },
  'hide a header behind another': (tree) => {
    writeFileSync(path.join(tree, 'kernel/shared.h'), '#define SHARED 20\n');
  },
  'add a header that was asked for': (tree) => {
    writeFileSync(path.join(tree, 'drivers/optional.h'), '#define OPTIONAL 1\n');
  },
  'rename C to assembly': (tree) => {
    rmSync(path.join(tree, 'kernel/util.c'), {force: true});
    writeFileSync(path.join(tree, 'kernel/util.S'), '.globl util\nutil: ret\n');
  },
  'rename assembly to C': (tree) => {
    rmSync(path.join(tree, 'kernel/entry.S'), {force: true});
    writeFileSync(path.join(tree, 'kernel/entry.c'), 'int entry = 43;\n');
  },
  'rename a source': (tree) => {
    if (!existsSync(path.join(tree, 'kernel/extra.c'))) return;
    renameSync(path.join(tree, 'kernel/extra.c'), path.join(tree, 'kernel/renamed.c'));
  },
  'a folder for a file': (tree) => {
    rmSync(path.join(tree, 'drivers/pci/two-data.c'), {recursive: true, force: true});
    mkdirSync(path.join(tree, 'drivers/pci/two-data.c'));
    writeFileSync(path.join(tree, 'drivers/pci/two-data.c/x.c'), '');
  },
  'a file for a folder': (tree) => {
    rmSync(path.join(tree, 'include/sub'), {recursive: true, force: true});
    writeFileSync(path.join(tree, 'include/sub'), '');
  },
  'a link for a file': (tree) => {
    rmSync(path.join(tree, 'drivers/pci/one.c'), {recursive: true, force: true});
    symlinkSync('two.c', path.join(tree, 'drivers/pci/one.c'));
  },
  'drop an object from Kbuild': (tree) => {
    writeFileSync(path.join(tree, 'drivers/Makefile'), 'obj-y := pci/\n');
  },
  'drop the rule for a table': (tree) => {
    writeFileSync(path.join(tree, 'kernel/Makefile'), 'obj-y := start.o util.o entry.o made.o\n');
  },
  'drop a part of a composite': (tree) => {
    writeFileSync(
      path.join(tree, 'drivers/pci/Makefile'),
      'obj-y := pci.o both.o shipped.o\nboth-y := two.o\nobj-$(CONFIG_MORE) += more.o\n',
    );
  },
  'add a flag': (tree) => {
    writeFileSync(path.join(tree, 'drivers/Makefile'), 'ccflags-y := -DNIC\nobj-y := pci/ nic.o\n');
  },
  'a Kbuild before a Makefile': (tree) => {
    writeFileSync(path.join(tree, 'drivers/Kbuild'), 'obj-y := pci/\n');
  },
};

const config = (text: string): string => {
  const file = path.join(temporary, 'own.config');
  writeFileSync(file, text);
  return file;
};

/** What a user's fragment says, of which there is one: its folder of objects stays when its content changes. */
const fragments = ['', 'CONFIG_EXTRA=y\n', 'CONFIG_EXTRA=y\nCONFIG_MORE=y\n', 'CONFIG_MORE=y\n'];

const step = fc.record({
  what: fc.array(fc.constantFrom(...Object.keys(edits)), {minLength: 1, maxLength: 2}),
  fragment: fc.constantFrom(...fragments),
});

test.serial(
  'after each edit a build is what a clean one is, and after it is undone what it was',
  async (t) => {
    t.timeout(1_800_000, 'three builds of a few files for each edit');
    const tree = newTree();
    const plan = planOf(tree, {config: [config('CONFIG_EXTRA=y\n')]});
    const before = await outcome(plan);
    t.not(before, 'does not build');
    for (const [name, edit] of Object.entries(edits)) {
      edit(tree);
      t.true((await outcome(plan)) === (await cleanOutcome(plan)), name);
      edits['put all back']?.(tree);
      forget('kernels');
      t.true((await outcome(plan)) === before, `${name}, undone`);
    }
  },
);

test.serial('a series that deletes a file which Kbuild still names does not build', async (t) => {
  t.timeout(300_000, 'two builds of a few files');
  const tree = newTree();
  t.not(await outcome(planOf(tree)), 'does not build');
  const files = smallLinux();
  const series = writeTree({
    '0001-delete.patch': patchBetween({'kernel/util.c': files['kernel/util.c'] ?? ''}, {}),
  });
  t.is(await outcome(planOf(tree, {series: [series]})), 'does not build');
  t.not(await outcome(planOf(tree)), 'does not build');
});

test.serial('objects of another configuration know what became of the tree meanwhile', async (t) => {
  t.timeout(300_000, 'four builds of a few files');
  const tree = newTree();
  const own = planOf(tree, {config: [config('CONFIG_EXTRA=y\n')]});
  t.not(await outcome(own), 'does not build');
  t.not(await outcome(planOf(tree)), 'does not build');
  rmSync(path.join(tree, 'kernel/extra.c'));
  t.not(await outcome(planOf(tree)), 'does not build');
  t.is(await outcome(own), 'does not build');
});

testProp.serial(
  'after any sequence of edits and configurations a build is what a clean one is',
  [fc.array(step, {minLength: 1, maxLength: 4})],
  async (t, steps) => {
    t.timeout(1_800_000, 'builds of a few files');
    forget('kernels', 'trees');
    const tree = newTree();
    let plan = planOf(tree, {config: [config('CONFIG_EXTRA=y\n')]});
    await outcome(plan);
    for (const {what, fragment} of steps) {
      for (const name of what) {
        try {
          edits[name]?.(tree);
        } catch {
          // What it would change is a folder now, or is gone.
        }
      }
      plan = planOf(tree, {config: [config(fragment)]});
      const incremental = await outcome(plan);
      t.true(incremental === (await cleanOutcome(plan)), JSON.stringify(steps));
    }
  },
  {numRuns: Number(process.env['P2PLAB_TEST_RUNS'] ?? 4)},
);

test.after('nothing is left of compilers', (t) => {
  const left = existsSync(path.join(cacheRoot, 'trees'))
    ? readdirSync(path.join(cacheRoot, 'trees'), {recursive: true, encoding: 'utf8'})
    : [];
  t.deepEqual(
    left.filter((name) => /objects\/[^/]+\.(tmp|unfinished)$/.test(name)),
    [],
  );
});
