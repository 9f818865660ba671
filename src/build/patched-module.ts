// SPDX-License-Identifier: MIT
import {cp, mkdir} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {applySeries} from './overlay.ts';
import {readSeries} from './series.ts';

/** The lab itself as what a series applies to. */
const lab = {id: 'lab', key: '', title: 'this lab', folder: labRoot};

/**
 * A copy of one of the lab's modules with a series on it, to be compiled in the module's place.
 * @param series its paths are those of the lab: images/modules/NAME/FILE
 * @param scratch a new folder for the copy
 * @returns the copy's folder, of the module's name
 * @throws {BuildError} when the series does not apply; {UsageError} when it is about something else
 */
export async function patchedModule(
  name: string,
  series: string,
  scratch: string,
  context: Context,
): Promise<string> {
  const below = path.join('images/modules', name);
  const overlay = await applySeries(lab, [await readSeries(series)], scratch, context);
  const other = [...overlay.files, ...overlay.deleted].find((file) => !file.startsWith(`${below}/`));
  if (other !== undefined) {
    throw new UsageError(`${displayPath(series)} touches ${other}`, {hint: `it may touch ${below} only`});
  }
  const folder = path.join(scratch, name);
  await mkdir(folder, {recursive: true});
  const deleted = new Set(overlay.deleted.map((file) => path.join(labRoot, file)));
  await cp(path.join(labRoot, below), folder, {recursive: true, filter: (file) => !deleted.has(file)});
  await cp(path.join(overlay.folder, below), folder, {recursive: true});
  return folder;
}
