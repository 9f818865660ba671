// SPDX-License-Identifier: MIT
import {statSync} from 'node:fs';
import {UsageError} from '../base/errors.ts';
import {workFolderOf} from '../build/sources/registry.ts';
import {isPath} from '../spec/identity.ts';
import {type SelectedKernel, selectKernel} from './select-kernel.ts';

/**
 * The two kernels. What is put on top is put on both: they differ in the kernel and in nothing else.
 * @throws UsageError where they do not differ, or are not for the same guests
 */
export function kernelPair(
  base: string,
  patched: string,
  additions: {readonly config: readonly string[]; readonly modules: readonly string[]},
): readonly [SelectedKernel, SelectedKernel] {
  const first = selectKernel(base, additions);
  const second = isSeries(patched)
    ? selectKernel(base, {...additions, series: [patched]})
    : selectKernel(patched, additions);
  const {name: _first, ...one} = first;
  const {name: _second, ...other} = second;
  if (JSON.stringify(one) === JSON.stringify(other) && workFolderOf(first.source) === undefined)
    throw new UsageError(`${base} and ${patched} are the same kernel`);
  const differing = first.architectures.join() !== second.architectures.join();
  if (differing)
    throw new UsageError(
      `${first.name} is for ${first.architectures.join(', ')}, ${second.name} for ${second.architectures.join(', ')}: they differ in more than the kernel`,
    );
  return [first, second];
}

/** A file that is no YAML, or a folder that is no source of a kernel; what could be a name is one. */
function isSeries(given: string): boolean {
  if (!isPath(given)) return false;
  const found = statSync(given, {throwIfNoEntry: false});
  if (found === undefined) return false;
  if (found.isFile()) return !/\.ya?ml$/.test(given);
  return statSync(`${given}/Kbuild`, {throwIfNoEntry: false}) === undefined;
}
