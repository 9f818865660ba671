// SPDX-License-Identifier: MIT
import {mkdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {cacheRoot} from '../base/paths.ts';
import {type Patch, patchesOf} from './mails.ts';
import {subjectIn} from './patch-text.ts';
import {readSeries} from './series.ts';

/** A patch of a series. */
export interface SeriesPatch {
  /** Its subject, without `[PATCH …]`; its file's name where it has none. */
  readonly subject: string;
  /** A folder with this patch and all before it: a series of its own. */
  readonly upTo: string;
}

/**
 * A series patch by patch: each with what comes before it, as a series that can be built. A mailbox is split.
 * @throws {UsageError} when it does not exist or holds no patch
 */
export async function prefixesOf(given: string): Promise<readonly SeriesPatch[]> {
  const series = await readSeries(path.resolve(given));
  const root = path.join(cacheRoot, 'series', series.key);
  await mkdir(root, {recursive: true});
  const scratch = path.join(root, 'mails');
  const {patches} = await patchesOf(series, scratch);
  await rm(scratch, {recursive: true, force: true});
  const found: SeriesPatch[] = [];
  for (const [index, patch] of patches.entries()) {
    const upTo = path.join(root, String(index + 1));
    await rm(upTo, {recursive: true, force: true});
    await mkdir(upTo);
    for (const [place, {bytes}] of patches.slice(0, index + 1).entries()) {
      await writeFile(path.join(upTo, `${String(place + 1).padStart(4, '0')}.patch`), bytes);
    }
    found.push({subject: subjectOf(patch) ?? patch.name, upTo});
  }
  return found;
}

/** The subject of a patch, less what is in brackets before it: git's, or that of a text that is no mail for git. */
function subjectOf({subject, content}: Patch): string | undefined {
  return (subject ?? subjectIn(content))?.replace(/^(\[[^\]]*\]\s*)+/, '').trim();
}
