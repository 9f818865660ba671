// SPDX-License-Identifier: MIT
import {closest, distance} from 'fastest-levenshtein';

/** More names than this are not read. */
const mostNames = 24;

/** The known name that `name` is probably a slip of, or `undefined` if none is near. */
function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(name, known);
  return distance(name, candidate) <= Math.max(2, Math.floor(name.length / 3)) ? candidate : undefined;
}

/** The three known names that are nearest to `name`, the nearest first. */
export function nearestNames(name: string, known: readonly string[]): readonly string[] {
  return known.toSorted((a, b) => distance(name, a) - distance(name, b)).slice(0, 3);
}

/** What to do about an unknown name: the one that was probably meant, else the names there are. */
export function didYouMean(name: string, known: readonly string[]): string {
  const candidate = nearest(name, known);
  if (candidate !== undefined) return `did you mean "${candidate}"?`;
  if (known.length === 0) return 'there is none';
  const similar = known.filter((other) => name !== '' && other.includes(name));
  const listed = similar.length > 0 ? similar : known;
  const more = listed.length > mostNames ? `, … (${listed.length} in all)` : '';
  return `${similar.length > 0 ? 'names like it' : 'there are'}: ${listed.slice(0, mostNames).join(', ')}${more}`;
}
