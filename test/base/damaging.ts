// SPDX-License-Identifier: MIT
import {lstatSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import path from 'node:path';

/** How a file is damaged by accident. It keeps its mtime: a copy that was cut short may have the original's. */
export const damages: Readonly<Record<string, (file: string) => void>> = {
  truncated: (file) => {
    keepingTime(file, () => {
      truncateSync(file, Math.floor(lstatSync(file).size / 2));
    });
  },
  'with one bit flipped': (file) => {
    keepingTime(file, () => {
      const content = readFileSync(file);
      const at = Math.floor(content.length / 2);
      content[at] = (content[at] ?? 0) ^ 1;
      writeFileSync(file, content);
    });
  },
};

function keepingTime(file: string, work: () => void): void {
  const {atimeMs, mtimeMs} = lstatSync(file);
  work();
  utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
}

/** The files below a folder that hold anything, as absolute paths. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => lstatSync(file).size > 0)
    .sort();
}

/** What each of these files holds. */
export function contentsOf(files: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'latin1')]));
}
