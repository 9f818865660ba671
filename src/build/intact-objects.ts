// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {rename, rm} from 'node:fs/promises';
import {findDamage, seal} from '../base/manifest.ts';

function manifestOf(objects: string): string {
  return `${objects}.manifest`;
}

/**
 * Puts a folder of objects out of the way if something other than make has changed it since {@link sealObjects}: make
 * believes whatever is newer than its source. All is then compiled again, most of it by ccache.
 * @param interrupted whether the last make was killed: what it left was deleted, and make makes it again
 */
export async function discardDamagedObjects(objects: string, interrupted: boolean): Promise<void> {
  if (!existsSync(objects)) return;
  const damage = await findDamage(objects, manifestOf(objects));
  if (damage === undefined) return;
  const kept = damage.names.every((name) => !existsSync(`${objects}/${name}`));
  if (interrupted && damage.names.length > 0 && kept) return;
  const aside = `${objects}.partial`;
  await rm(aside, {recursive: true, force: true});
  await rename(objects, aside);
  await rm(aside, {recursive: true, force: true});
}

/** Records what make has left in a folder of objects, for {@link discardDamagedObjects}. */
export async function sealObjects(objects: string): Promise<void> {
  if (existsSync(objects)) await seal(objects, manifestOf(objects));
}
