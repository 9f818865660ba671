// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {temporary} from '../base/temporary-cache.ts';
import {contentKey} from '../../src/base/hash.ts';
import type {Source} from '../../src/build/sources/source.ts';
import {readSeries, type Series} from '../../src/build/series.ts';

/** The files of a tree by their paths. */
export type Files = Readonly<Record<string, string>>;

/** Writes files into a new folder. */
export function writeTree(files: Files): string {
  const folder = mkdtempSync(path.join(temporary, 'tree-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), {recursive: true});
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

/** What is in a folder, to the last byte. */
export function readTree(folder: string): Files {
  const entries = readdirSync(folder, {recursive: true, withFileTypes: true});
  return Object.fromEntries(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), readFileSync(file, 'utf8')]),
  );
}

/** When each file of a folder was written, and which file it is. */
export function readTimes(folder: string): Readonly<Record<string, string>> {
  const times = Object.keys(readTree(folder)).map((name) => {
    const {ino, mtimeNs} = statSync(path.join(folder, name), {bigint: true});
    return [name, `${String(ino)} ${String(mtimeNs)}`];
  });
  return Object.fromEntries(times) as Readonly<Record<string, string>>;
}

let sources = 0;

/** A source with these files, as if it had been unpacked. */
export function fakeSource(files: Files): Source {
  const key = `fake-${sources++}-${contentKey(files)}`;
  return {id: key, key, title: 'Linux of straw', folder: writeTree(files)};
}

/** The patch from one set of files to another, as git writes it. */
export function patchBetween(before: Files, after: Files): string {
  const root = mkdtempSync(path.join(temporary, 'diff-'));
  for (const [side, files] of [
    ['a', before],
    ['b', after],
  ] as const) {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.join(root, side, path.dirname(name)), {recursive: true});
      writeFileSync(path.join(root, side, name), content);
    }
    mkdirSync(path.join(root, side), {recursive: true});
  }
  const options = ['diff', '--no-index', '--no-prefix', '--no-color', 'a', 'b'];
  const {stdout} = spawnSync('git', options, {cwd: root, encoding: 'utf8'});
  rmSync(root, {recursive: true});
  // Between folders git names renamed files with them; in a repository it does not.
  return stdout.replace(/^(rename (?:from|to)) [ab]\//gm, '$1 ');
}

/** A series with these patches, in a folder of its own. */
export function fakeSeries(patches: readonly string[]): Promise<Series> {
  const numbered = patches.map((patch, index) => [
    `${String(index + 1).padStart(4, '0')}-change.patch`,
    patch,
  ]);
  return readSeries(writeTree(Object.fromEntries(numbered) as Files));
}
