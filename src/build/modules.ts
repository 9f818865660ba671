// SPDX-License-Identifier: MIT
import {copyFile, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {BuildError} from '../base/errors.ts';
import {contentKey, sha256} from '../base/hash.ts';
import {withLock} from '../base/lock.ts';
import {labRoot, stateRoot} from '../base/paths.ts';
import {requireIntact, storePath, stored} from '../base/store.ts';
import {architectures, makeVariables} from './architecture.ts';
import type {Kernel} from './kernel.ts';
import {make} from './make.ts';
import {mirror} from './mirror.ts';
import {guardObjects, scratchFolder} from './objects.ts';

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

/** Compiles in a folder that stays, so that the next time only what has changed is compiled. */
async function compile(kernel: Kernel, folder: string, target: string, context: Context): Promise<void> {
  const name = path.basename(folder);
  const work = storePath('objects', `${kernel.kit}-${name}`);
  await requireIntact('kits', kernel.kit);
  await withLock(`${work}.lock`, `module ${name}`, context, () =>
    guardObjects(work, async () => {
      // Laid out as in images/, for the module's own relative paths.
      const copy = path.join(work, 'modules', name);
      await Promise.all([mirror(folder, copy), mirror(includes, path.join(work, 'include'))]);
      await make(
        {
          topic: `module ${name}`,
          folder: storePath('kits', kernel.kit),
          args: [...makeVariables(architectures[kernel.arch]), `M=${copy}`, 'modules'],
          // Compilers that are killed leave files.
          env: {TMPDIR: scratchFolder(work)},
          log: path.join(stateRoot, 'logs', `module-${name}.log`),
          hide: copy,
        },
        context,
      );
      // None: its Kbuild asks for what this kernel does not have. An older one of another name may lie there.
      const order = await readFile(path.join(copy, 'modules.order'), 'utf8').catch(() => '');
      const built = order.split('\n').filter((line) => line !== '');
      if (built.length > 1) {
        throw new BuildError(
          `${path.relative(labRoot, folder)} makes ${built.length} modules: it is to make one, or none`,
        );
      }
      for (const object of built) {
        const file = path.basename(object).replace(/\.k?o$/, '.ko');
        await copyFile(path.join(copy, file), path.join(target, file));
      }
    }),
  );
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
 * @param wanted names of those that the kernel is to load: there must be one for each
 * @throws {BuildError} with the compiler's own lines
 */
export async function ensureModules(
  kernel: Kernel,
  moduleFolders: readonly string[],
  wanted: readonly string[],
  context: Context,
): Promise<readonly Module[]> {
  const included = await folderHashes(includes);
  const made = await Promise.all(
    moduleFolders.map((folder) => ensureModule(kernel, folder, included, context)),
  );
  const modules = made.filter((module) => module !== undefined);
  const lacking = wanted.find((one) => !modules.some(({name}) => name === one));
  if (lacking === undefined) return modules;
  throw new BuildError(`the kernel ${kernel.name} is to load ${lacking}, which cannot be built for it`, {
    hint: `images/modules/${lacking}/Kbuild says what it takes`,
  });
}
