// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import type {KernelSource} from '../spec/kernel.ts';
import {gitSource} from './source-git.ts';
import {packageSource} from './source-package.ts';
import {tarballSource} from './source-tarball.ts';
import {treeSource} from './source-tree.ts';
import type {Source} from './source.ts';

/**
 * Finds a kernel's source in the cache, or brings it there.
 * @throws {BuildError} when the source is not what it should be; {HostError} when it cannot be had
 */
export function ensureSource(source: KernelSource, context: Context): Promise<Source> {
  switch (source.kind) {
    case 'package':
      return packageSource(source, context);
    case 'tarball':
      return tarballSource(source.path, context);
    case 'tree':
      return treeSource(source.path, context);
    case 'git':
      return gitSource(source.path, source.revision, context);
  }
}
