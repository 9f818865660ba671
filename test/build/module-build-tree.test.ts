// SPDX-License-Identifier: MIT
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {type Files, writeTree} from './fake-linux.ts';
import {recordingContext} from '../base/contexts.ts';
import {storePath} from '../../src/base/store.ts';
import {architectures} from '../../src/build/architecture.ts';
import {ensureModuleBuildTree} from '../../src/build/module-build-tree.ts';

const context = recordingContext();

function built(): {tree: string; objects: string; architecture: (typeof architectures)['x86_64']} {
  return {
    tree: writeTree({
      Makefile: 'all:\n',
      'include/linux/pci.h': '/* pci */\n',
      'arch/x86/Makefile': '',
      'arch/x86/include/asm/page.h': '/* page */\n',
      'arch/x86/kernel/setup.c': 'int setup;\n',
      'drivers/pci/p2pdma.c': 'int p2pdma;\n',
      'scripts/package/install-extmod-build': 'cp Module.symvers "$srctree/include/linux/pci.h" "$1"\n',
    }),
    objects: writeTree({
      'Module.symvers': '0x0 pci_p2pdma\n',
      '.config': 'CONFIG_PCI=y\n',
      'include/generated/autoconf.h': '#define CONFIG_PCI 1\n',
      'scripts/mod/.modpost.cmd': 'gcc\n',
      'tools/objtool/objtool': 'objtool\n',
    }),
    architecture: architectures.x86_64,
  };
}

const changes = test.macro(async (t, of: 'tree' | 'objects', files: Files, changed: boolean) => {
  const one = built();
  const before = await ensureModuleBuildTree(one, context);
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(one[of], name), content);
  const after = await ensureModuleBuildTree(one, context);
  t.is(after !== before, changed);
  t.true(existsSync(storePath('kits', after)));
});

test('code alone makes no other kit', changes, 'tree', {'drivers/pci/p2pdma.c': 'int other;\n'}, false);
test("nor does an architecture's", changes, 'tree', {'arch/x86/kernel/setup.c': 'int other;\n'}, false);
test('nor what make notes for itself', changes, 'objects', {'scripts/mod/.modpost.cmd': 'cc\n'}, false);
test('a header does', changes, 'tree', {'include/linux/pci.h': '/* other */\n'}, true);
test('one of the architecture does', changes, 'tree', {'arch/x86/include/asm/page.h': '\n'}, true);
test('a new header does', changes, 'tree', {'include/linux/p2p.h': '\n'}, true);
test('an exported symbol does', changes, 'objects', {'Module.symvers': '0x0 other\n'}, true);
test('an option does', changes, 'objects', {'include/generated/autoconf.h': '\n'}, true);
test('a tool does', changes, 'objects', {'tools/objtool/objtool': 'other\n'}, true);

test('it is what the recipe of the kernel copies', async (t) => {
  const one = built();
  const kit = storePath('kits', await ensureModuleBuildTree(one, context));
  t.is(readFileSync(path.join(kit, 'Module.symvers'), 'utf8'), '0x0 pci_p2pdma\n');
  t.is(readFileSync(path.join(kit, 'pci.h'), 'utf8'), '/* pci */\n');
});

test('a kernel without the recipe is too old', async (t) => {
  const one = built();
  rmSync(path.join(one.tree, 'scripts'), {recursive: true});
  await t.throwsAsync(ensureModuleBuildTree(one, context), {message: /too old/});
});
