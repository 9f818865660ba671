// SPDX-License-Identifier: MIT
// node test/damage-cache.ts [KIND…]: damages every file of copies of all entries of the cache, and checks that each is
// detected.  It takes minutes and as much space as the cache: not a part of `npm test`.
import {cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {findDamage, seal} from '../src/base/manifest.ts';
import {cacheRoot} from '../src/base/paths.ts';
import {readNote} from '../src/base/store.ts';
import {damages, filesBelow} from './base/damaging.ts';

const kinds = [
  'kernels',
  'kits',
  'qemus',
  'modules',
  'objects',
  'tools',
  'images',
  'userlands',
  'keys',
  'sources',
  'trees',
];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : [...kinds, 'probes'];
const scratch = mkdtempSync(path.join(cacheRoot, 'damaged-'));
let missed = 0;

/** Counts the files of a folder that are damaged and not found to be. */
async function missedIn(
  folder: string,
  damage: (file: string) => void,
): Promise<{readonly files: number; readonly missed: number}> {
  const copy = path.join(scratch, 'copy');
  cpSync(folder, copy, {recursive: true, preserveTimestamps: true, verbatimSymlinks: true});
  await seal(copy, `${copy}.manifest`);
  const files = filesBelow(copy);
  for (const file of files) damage(file);
  const found = new Set((await findDamage(copy, `${copy}.manifest`))?.names);
  rmSync(copy, {recursive: true});
  return {files: files.length, missed: files.filter((file) => !found.has(path.relative(copy, file))).length};
}

try {
  for (const kind of wanted.filter((one) => one !== 'probes' && existsSync(path.join(cacheRoot, one)))) {
    const entries = readdirSync(path.join(cacheRoot, kind), {withFileTypes: true});
    for (const [how, damage] of Object.entries(damages)) {
      const sum = {files: 0, missed: 0};
      for (const entry of entries.filter((one) => one.isDirectory() && !one.name.includes('.partial'))) {
        const result = await missedIn(path.join(cacheRoot, kind, entry.name), damage);
        sum.files += result.files;
        sum.missed += result.missed;
      }
      missed += sum.missed;
      console.log(`${kind}: ${sum.files} files ${how}, ${sum.missed} not detected`);
    }
  }
  if (wanted.includes('probes')) {
    for (const [how, damage] of Object.entries(damages)) {
      const notes = filesBelow(path.join(cacheRoot, 'probes')).filter((file) => file.endsWith('.json'));
      const accepted = notes.filter((file) => {
        const copy = path.join(scratch, 'note.json');
        cpSync(file, copy);
        damage(copy);
        return readFileSync(copy).equals(readFileSync(file)) || readNote(copy, z.unknown()) !== undefined;
      });
      missed += accepted.length;
      console.log(`probes: ${notes.length} notes ${how}, ${accepted.length} not detected`);
    }
  }
} finally {
  if (lstatSync(scratch).isDirectory()) rmSync(scratch, {recursive: true});
}
process.exitCode = missed === 0 ? 0 : 1;
