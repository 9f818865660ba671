// SPDX-License-Identifier: MIT
import {copyFile, cp, mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {BuildError} from '../base/errors.ts';
import {contentKey, sha256} from '../base/hash.ts';
import {labRoot, stateRoot} from '../base/paths.ts';
import {storePath, stored} from '../base/store.ts';
import {architectures, makeVariables} from './architecture.ts';
import type {Kernel} from './kernel.ts';
import {make} from './make.ts';

/** A compiled kernel module. */
export interface Module {
  readonly name: string;
  readonly key: string;
  /** The absolute path of its .ko. */
  readonly file: string;
}

/** What modules include as `-I$(src)/../../include`. */
const includes = path.join(labRoot, 'images/include');

/** The hashes of all files below a folder, by their paths. */
export async function folderHashes(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const hashed = files
    .sort()
    .map(async (file) => [path.relative(folder, file), sha256(await readFile(file))] as const);
  return Object.fromEntries(await Promise.all(hashed));
}

async function compile(kernel: Kernel, folder: string, target: string, context: Context): Promise<void> {
  const name = path.basename(folder);
  const work = await mkdtemp(`${target}-build-`);
  try {
    // Laid out as in images/, for the module's own relative paths.
    const copy = path.join(work, 'modules', name);
    await cp(folder, copy, {recursive: true});
    await cp(includes, path.join(work, 'include'), {recursive: true});
    await make(
      {
        topic: `module ${name}`,
        folder: storePath('kits', kernel.kit),
        args: [...makeVariables(architectures[kernel.arch]), `M=${copy}`, 'modules'],
        // Compilers that are killed leave files.
        env: {TMPDIR: work},
        log: path.join(stateRoot, 'logs', `module-${name}.log`),
        hide: copy,
        scratch: path.join(work, 'tmp'),
      },
      context,
    );
    const built = (await readdir(copy)).filter((file) => file.endsWith('.ko'));
    // None: its Kbuild asks for what this kernel does not have.
    if (built.length > 1) {
      throw new BuildError(
        `${path.relative(labRoot, folder)} makes ${built.length} modules: it is to make one, or none`,
      );
    }
    for (const file of built) await copyFile(path.join(copy, file), path.join(target, file));
  } finally {
    await rm(work, {recursive: true, force: true});
  }
}

async function ensureModule(
  kernel: Kernel,
  folder: string,
  included: Readonly<Record<string, string>>,
  context: Context,
): Promise<Module | undefined> {
  const key = contentKey({recipe: 2, kit: kernel.kit, sources: await folderHashes(folder), included});
  const topic = `module ${path.basename(folder)}`;
  const kept = await stored('modules', key, topic, context, (partial) =>
    compile(kernel, folder, partial, context),
  );
  const file = (await readdir(kept)).find((name) => name.endsWith('.ko'));
  if (file === undefined) return undefined;
  return Object.freeze({
    name: file.replace(/\.ko$/, ''),
    key,
    file: path.join(storePath('modules', key), file),
  });
}

/**
 * Compiles modules against a kernel's kit: each folder holds a Kbuild and makes one module, or none where the kernel
 * does not have what it takes. What is compiled already is taken from the store.
 * @throws {BuildError} with the compiler's own lines; for one that the kernel's file names, also if there is none
 */
export async function ensureModules(
  kernel: Kernel,
  moduleFolders: readonly string[],
  context: Context,
): Promise<readonly Module[]> {
  const included = await folderHashes(includes);
  const made = await Promise.all(
    moduleFolders.map((folder) => ensureModule(kernel, folder, included, context)),
  );
  const modules = made.filter((module) => module !== undefined);
  const lacking = kernel.modules.find((wanted) => !modules.some(({name}) => name === wanted));
  if (lacking === undefined) return modules;
  throw new BuildError(`the kernel ${kernel.name} is to load ${lacking}, which cannot be built for it`, {
    hint: `images/modules/${lacking}/Kbuild says what it takes`,
  });
}
