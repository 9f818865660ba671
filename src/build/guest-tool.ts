// SPDX-License-Identifier: MIT
import {mkdir, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {contentKey} from '../base/hash.ts';
import {labRoot} from '../base/paths.ts';
import {runGroup} from '../base/process.ts';
import {stored} from '../base/store.ts';
import type {ArchitectureName} from '../spec/architecture.ts';
import {architectures, crossPrefix} from './architecture.ts';
import {buildEnvironment, compilerVersion} from './compiler.ts';
import {compileError, scratchEnvironment} from './make.ts';
import {folderHashes} from './modules.ts';

/** The program `p2p` that works in the guest. */
export interface GuestTool {
  readonly key: string;
  /** The absolute path of the static executable. */
  readonly file: string;
}

/** Counts up when what is built from the same inputs changes. */
const recipe = 3;

const sources = path.join(labRoot, 'images/guest');
const includes = path.join(labRoot, 'images/include');

async function compile(compiler: string, target: string, context: Context): Promise<void> {
  const scratch = `${target}.tmp`;
  await mkdir(scratch);
  const files = (await readdir(sources)).filter((name) => name.endsWith('.c')).sort();
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s', `-I${includes}`];
  const built = await runGroup(compiler, [...flags, '-o', target, ...files], {
    cwd: sources,
    env: {...buildEnvironment(), ...scratchEnvironment(scratch)},
    signal: context.signal,
  });
  if (built.exitCode !== 0) throw compileError('images/guest', built.all);
  await rm(scratch, {recursive: true});
}

/**
 * The guest's tool, compiled from images/guest, without any library that the guest would need to have.
 * @throws {BuildError} with the compiler's own lines
 */
export async function ensureGuestTool(arch: ArchitectureName, context: Context): Promise<GuestTool> {
  const command = `${crossPrefix(architectures[arch])}gcc`;
  const [compiler, code, included] = await Promise.all([
    compilerVersion(command),
    folderHashes(sources),
    folderHashes(includes),
  ]);
  const key = contentKey({recipe, compiler, code, included});
  const folder = await stored('tools', key, 'guest tool', context, async (partial) => {
    context.report({topic: 'guest tool', text: 'compiling'});
    await compile(command, path.join(partial, 'p2p'), context);
    const [codeNow, includedNow] = await Promise.all([folderHashes(sources), folderHashes(includes)]);
    if (contentKey({recipe, compiler, code: codeNow, included: includedNow}) !== key)
      throw new UsageError('images/guest changed while it was compiled', {hint: 'start again'});
  });
  return Object.freeze({key, file: path.join(folder, 'p2p')});
}
