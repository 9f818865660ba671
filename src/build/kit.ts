// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {BuildError} from '../base/errors.ts';
import {run} from '../base/process.ts';
import type {Architecture} from './architecture.ts';
import {buildEnvironment} from './compiler.ts';

/**
 * Copies what modules are built against out of a built tree: headers, scripts, Module.symvers. It is the
 * kernel's own recipe for Debian's headers package (scripts/package/install-extmod-build, from 6.7 on), so
 * modules need neither the tree nor its lock.
 */
export async function installKit(
  tree: string,
  objects: string,
  architecture: Architecture,
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
  await mkdir(kit, {recursive: true});
  const env = {
    ...buildEnvironment(),
    srctree: tree,
    SRCARCH: architecture.folder,
    // Not the guest's: the programs that building modules takes run here.
    CC: 'gcc',
    HOSTCC: 'gcc',
    MAKE: 'make',
  };
  const installed = await run('sh', [script, kit], {cwd: objects, env, signal: context.signal});
  if (installed.exitCode !== 0) {
    throw new BuildError(`cannot gather what modules are built against:\n${installed.all.trim()}`);
  }
}
