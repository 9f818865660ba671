// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import type {KernelSource, KernelSourceKind, KernelSourceOf} from '../../spec/kernel-source.ts';
import {debianPackages} from './debian-package.ts';
import {directories} from './directory.ts';
import {gitCommits} from './git-commit.ts';
import type {Source, SourceProvider} from './source.ts';
import {tarballs} from './tarball.ts';

const providers: {readonly [K in KernelSourceKind]: SourceProvider<K>} = {
  package: debianPackages,
  tarball: tarballs,
  tree: directories,
  git: gitCommits,
};

function providerOf<K extends KernelSourceKind>(source: KernelSourceOf<K>): SourceProvider<K> {
  return providers[source.kind];
}

/**
 * Finds a kernel's source in the cache, or brings it there.
 * @throws {BuildError} when the source is not what it should be; {HostError} when it cannot be had
 */
export function ensureSource(source: KernelSource, context: Context): Promise<Source> {
  return providerOf(source).ensure(source, context);
}

/** Whether a kernel's source needs no download. */
export function isSourceHere(source: KernelSource): Promise<boolean> {
  return providerOf(source).isHere(source);
}

/** Returns the folder of the user's that a kernel is built from as it is. */
export function workFolderOf(source: KernelSource): string | undefined {
  return providerOf(source).workFolder(source);
}
