// SPDX-License-Identifier: MIT
import {lstatSync} from 'node:fs';
import {copyFile, mkdir, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {type Context, checkpoint} from '../base/context.ts';
import {BuildError, isErrno, UsageError} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import {runGroup} from '../base/process.ts';
import {contentHash} from './file-hashes.ts';
import {gitIn} from './git.ts';
import {type Patch, patchesOf} from './mails.ts';
import type {Series} from './series.ts';
import type {Source} from './sources/source.ts';

/** What a series makes of a source: its patched files in a folder, and the files that it deletes. */
export interface Overlay {
  readonly folder: string;
  /** Every file that a patch touched and that exists afterwards, sorted. */
  readonly files: readonly string[];
  readonly deleted: readonly string[];
}

/** Whether there is a file, or a link, at this path: a folder is none, nor is a path below a file. */
export function holdsFile(file: string): boolean {
  try {
    return !lstatSync(file).isDirectory();
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return false;
    throw error;
  }
}

/** The files that a patch may name: more than it touches does no harm, each is compared by content. */
function namedFiles(patch: string): readonly string[] {
  const names = [
    ...patch.matchAll(/^(?:--- a|\+\+\+ b|diff --git a)\/([^\t\n]+?)(?: b\/.*)?(?:\t.*)?$/gm),
  ].map((match) => match[1]);
  const moved = [...patch.matchAll(/^(?:rename|copy) (?:from|to) (.+)$/gm)].map((match) => match[1]);
  return [...names, ...moved].filter(
    (name): name is string => name !== undefined && !path.isAbsolute(name) && !name.split('/').includes('..'),
  );
}

/** What git says of a patch that does not apply, as a person needs it. */
function whereItFails(said: string): string {
  const missing = /^error: (\S+): (No such file or directory|already exists in working directory)/m.exec(
    said,
  );
  if (missing !== null) return `${missing[1] ?? ''}: ${(missing[2] ?? '').toLowerCase()}`;
  const rejected: string[] = [];
  let file = '';
  for (const line of said.split('\n')) {
    file = /^Applying patch (.+) with \d+ reject/.exec(line)?.[1] ?? file;
    const hunk = /^Rejected hunk #(\d+)/.exec(line)?.[1];
    if (hunk !== undefined) rejected.push(`${file}: hunk #${hunk}`);
  }
  const lines = [...said.matchAll(/^error: patch failed: (.+):(\d+)$/gm)].map(([, name = '', at = '']) => [
    name,
    at,
  ]);
  if (rejected.length === 0) {
    const reason = said.split('\n').find((line) => line.startsWith('error: ') || line.startsWith('fatal: '));
    // Where it says "at FILE:LINE", the file is the lab's own copy.
    return (reason ?? said.trim()).replace(/ at \/\S+:(\d+)$/, ' at line $1 of the patch');
  }
  return rejected
    .map((hunk, index) => (lines[index] === undefined ? hunk : `${hunk}, at line ${lines[index][1] ?? '?'}`))
    .join('\n');
}

async function applyPatch(patch: Patch, series: Series, source: Source, folder: string): Promise<void> {
  const options = ['apply', '--whitespace=nowarn', '--reject', '--verbose', patch.extracted];
  // The cache may lie in some repository: git would count the patch's paths from there.
  const applied = await runGroup('git', options, gitIn(folder));
  if (applied.exitCode === 0) return;
  throw new BuildError(
    `series ${series.name}: ${patch.name} does not apply to ${source.title}:\n${whereItFails(applied.stderr)}`,
    {hint: `the patch is in ${displayPath(patch.file)}; rebase the series on ${source.title}`},
  );
}

/** What is patched must be what the source's key was computed from: a user may be at work there. */
async function verifyCopy(source: Source, name: string, copy: string): Promise<void> {
  const wanted = source.foreign === true ? source.files?.get(name) : undefined;
  if (wanted === undefined || wanted.startsWith('link:')) return;
  if (contentHash(wanted.startsWith('x') ? 'x' : '-', await readFile(copy)) === wanted) return;
  throw new UsageError(`${displayPath(path.join(source.folder, name))} changed while it was read`, {
    hint: 'start again',
  });
}

async function filesBelow(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, {recursive: true, withFileTypes: true});
  const files = entries.filter((entry) => !entry.isDirectory());
  const link = files.find((entry) => !entry.isFile());
  if (link !== undefined)
    throw new BuildError(`the series makes ${link.name} a link: only files can be patched`);
  return files.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))).sort();
}

/**
 * Applies series one after the other to copies of the files that they touch.
 * @param scratch a new folder for the copies
 * @throws {BuildError} for the first patch that does not apply, with file and hunk
 */
export async function applySeries(
  source: Source,
  series: readonly Series[],
  scratch: string,
  context: Context,
): Promise<Overlay> {
  const folder = path.join(scratch, 'patched');
  await mkdir(folder, {recursive: true});
  const named = new Set<string>();
  for (const [index, one] of series.entries()) {
    const {patches, leftOut} = await patchesOf(one, path.join(scratch, String(index)));
    for (const name of leftOut)
      context.report({topic: `series ${one.name}`, text: `${name} holds no patch: left out`});
    for (const patch of patches) {
      checkpoint(context);
      for (const name of namedFiles(patch.content)) {
        const pristine = path.join(source.folder, name);
        if (named.has(name)) continue;
        named.add(name);
        // What a build left in a user's tree is not part of it.
        if (!(source.files?.has(name) ?? true) || !holdsFile(pristine)) continue;
        await mkdir(path.dirname(path.join(folder, name)), {recursive: true});
        await copyFile(pristine, path.join(folder, name));
        await verifyCopy(source, name, path.join(folder, name));
      }
      await applyPatch(patch, one, source, folder);
    }
  }
  const files = await filesBelow(folder);
  const left = new Set(files);
  const deleted = [...named].filter((name) => !left.has(name) && holdsFile(path.join(source.folder, name)));
  return {folder, files, deleted: deleted.sort()};
}
