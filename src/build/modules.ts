// SPDX-License-Identifier: MIT
import {mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {BuildError, UsageError} from '../base/errors.ts';
import {contentKey, sha256} from '../base/hash.ts';
import {withLock} from '../base/lock.ts';
import {displayPath, labRoot, stateRoot} from '../base/paths.ts';
import {requireIntact, storePath, stored} from '../base/store.ts';
import {architectures, makeVariables} from './architecture.ts';
import type {Kernel} from './kernel.ts';
import {keepMade, make} from './make.ts';
import {mirror, sourcesBelow} from './mirror.ts';
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

/** The hashes of all sources below a folder, by their paths. */
export async function folderHashes(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await sourcesBelow(folder);
  const hashed = names.map(async (name) => [name, sha256(await readFile(path.join(folder, name)))] as const);
  return Object.fromEntries(await Promise.all(hashed));
}

/** Files whose content alone decides what is compiled: make compares their times. */
const code = /\.[chS]$/;

/**
 * Deletes what was made of a module when other files are there than the last time, or other rules: make would link what
 * lies there, whether or not it would make it.
 */
async function renewWhereRulesChange(work: string, sources: Readonly<Record<string, string>>): Promise<void> {
  const ruled = async (of: Readonly<Record<string, string>>): Promise<string> =>
    contentKey([
      Object.entries(of).map(([name, hash]) => (code.test(name) ? name : [name, hash])),
      // What it includes is the lab's.
      Object.keys(await folderHashes(includes)),
    ]);
  const mark = path.join(work, 'rules');
  const [now, before] = [await ruled(sources), await readFile(mark, 'utf8').catch(() => '')];
  if (now === before) return;
  await rm(work, {recursive: true, force: true});
  await mkdir(work, {recursive: true});
  await writeFile(mark, now);
}

/** @throws {UsageError} when a user has changed a module after its key was computed */
async function verifyCopy(
  folder: string,
  copy: string,
  sources: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, hash] of Object.entries(sources)) {
    const copied = await readFile(path.join(copy, name)).catch(() => undefined);
    if (copied !== undefined && sha256(copied) === hash) continue;
    throw new UsageError(`${displayPath(path.join(folder, name))} changed while it was read`, {
      hint: 'start again',
    });
  }
}

/** Compiles in a folder that stays, so that the next time only what has changed is compiled. */
async function compile(
  kernel: Kernel,
  {folder, sources}: {readonly folder: string; readonly sources: Readonly<Record<string, string>>},
  target: string,
  context: Context,
): Promise<void> {
  const name = path.basename(folder);
  const work = storePath('objects', `${kernel.kit}-${name}`);
  await requireIntact('kits', kernel.kit);
  await withLock(`${work}.lock`, `module ${name}`, context, () =>
    guardObjects(work, async () => {
      // Laid out as in images/, for the module's own relative paths.
      const copy = path.join(work, 'modules', name);
      await renewWhereRulesChange(work, sources);
      await Promise.all([mirror(folder, copy), mirror(includes, path.join(work, 'include'))]);
      await verifyCopy(folder, copy, sources);
      await make(
        {
          topic: `module ${name}`,
          folder: storePath('kits', kernel.kit),
          args: [...makeVariables(architectures[kernel.arch]), `M=${copy}`, 'modules'],
          // It looks into the compiler's cache for what the preprocessor says: which headers are found may have changed.
          env: {CCACHE_NODIRECT: '1'},
          scratch: scratchFolder(work),
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
        await keepMade(`module ${name}`, path.join(copy, file), path.join(target, file));
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
  const sources = await folderHashes(folder);
  const key = contentKey({recipe: 2, kit: kernel.kit, sources, included});
  const topic = `module ${path.basename(folder)}`;
  const kept = await stored('modules', key, topic, context, (partial) =>
    compile(kernel, {folder, sources}, partial, context),
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
 * Compiles modules against a kernel's module build tree: each folder holds a Kbuild and makes one module, or none where the kernel
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
  const missing = wanted.find((one) => !modules.some(({name}) => name === one));
  if (missing === undefined) return modules;
  throw new BuildError(`the kernel ${kernel.name} is to load ${missing}, which cannot be built for it`, {
    hint: `images/modules/${missing}/Kbuild says what it takes`,
  });
}
