// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {BuildError} from '../base/errors.ts';
import {contentKey} from '../base/hash.ts';
import {runGroup} from '../base/process.ts';
import {stored} from '../base/store.ts';
import type {Architecture} from './architecture.ts';
import {buildEnvironment} from './compiler.ts';
import {fileHashes} from './file-hashes.ts';
import {scratchEnvironment} from './make.ts';

/** A built tree, and the folder of what it was built into. */
export interface Built {
  readonly tree: string;
  readonly objects: string;
  readonly architecture: Architecture;
}

/**
 * What modules are built against, in the store by what it is made of: kernels that differ in a .c file alone share it,
 * and with it the modules.
 * @returns its key
 */
export async function ensureModuleBuildTree(built: Built, context: Context): Promise<string> {
  const key = await kitKey(built);
  await stored('kits', key, 'module build tree', context, (folder) =>
    installModuleBuildTree(built, folder, context),
  );
  return key;
}

/** Of all that the kernel's recipe could copy. */
async function kitKey({tree, objects, architecture}: Built): Promise<string> {
  const arch = path.join('arch', architecture.folder);
  const [sources, made] = await Promise.all([
    filesOf(tree, ['Makefile', 'include', 'scripts', arch], isOfModuleBuildTree),
    filesOf(
      objects,
      [
        ...['Module.symvers', '.config', 'include', 'scripts', path.join(arch, 'include')],
        ...['tools/objtool/objtool', 'tools/bpf/resolve_btfids/resolve_btfids'],
      ],
      isKept,
    ),
  ]);
  const [ofTree, ofObjects] = await Promise.all([
    fileHashes(tree, sources, `${objects}.kit-sources.json`),
    fileHashes(objects, made, `${objects}.kit-objects.json`),
  ]);
  return contentKey([architecture.folder, [...ofTree].flat(), [...ofObjects].flat()]);
}

/** Of an architecture what is included, and what makes: its code is not. */
function isOfModuleBuildTree(name: string): boolean {
  return !name.startsWith('arch/') || /\/include\/|\/(Makefile[^/]*|Kbuild[^/]*|Platform)$/.test(name);
}

/** The recipe deletes what is left of compiling, and make writes times and paths into it. */
function isKept(name: string): boolean {
  return !/(^|\/)(\.[^/]*\.(cmd|d)|[^/]*\.o)$/.test(name);
}

/** All files at or below these paths. */
async function filesOf(
  root: string,
  paths: readonly string[],
  wanted: (name: string) => boolean,
): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map(async (below) => {
      const entries = await readdir(path.join(root, below), {recursive: true, withFileTypes: true}).catch(
        () => undefined,
      );
      if (entries === undefined) return [below];
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
    }),
  );
  return found.flat().filter(wanted).sort();
}

/**
 * Copies what modules are built against out of a built tree: headers, scripts, Module.symvers. It is the
 * kernel's own recipe for Debian's headers package (scripts/package/install-extmod-build, from 6.7 on), so
 * modules need neither the tree nor its lock.
 */
async function installModuleBuildTree(
  {tree, objects, architecture}: Built,
  kit: string,
  context: Context,
): Promise<void> {
  const script = path.join(tree, 'scripts/package/install-extmod-build');
  if (!existsSync(script)) {
    throw new BuildError(
      'this kernel is too old for the lab: it has no scripts/package/install-extmod-build',
      {
        hint: 'Linux 6.7 or later',
      },
    );
  }
  // Compilers that are killed leave files: by its name it is what is left of a module build tree.
  const scratch = `${kit}-tmp`;
  await rm(scratch, {recursive: true, force: true});
  await mkdir(scratch, {recursive: true});
  const env = {
    ...buildEnvironment(),
    ...scratchEnvironment(scratch),
    srctree: tree,
    SRCARCH: architecture.folder,
    // Not the guest's: the programs that building modules takes run here.
    CC: 'gcc',
    HOSTCC: 'gcc',
    MAKE: 'make',
  };
  try {
    const installed = await runGroup('sh', [script, kit], {cwd: objects, env, signal: context.signal});
    if (installed.exitCode !== 0) {
      throw new BuildError(`cannot gather what modules are built against:\n${installed.all.trim()}`);
    }
  } finally {
    await rm(scratch, {recursive: true, force: true, maxRetries: 3});
  }
}
