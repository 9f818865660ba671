// SPDX-License-Identifier: MIT
import {closest, distance} from 'fastest-levenshtein';

/** The known name that `name` is probably a slip of, or `undefined` if none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(name, known);
  return distance(name, candidate) <= Math.max(2, Math.floor(name.length / 3)) ? candidate : undefined;
}

/** What to do about an unknown name: the one that was probably meant, else the names there are. */
export function didYouMean(name: string, known: readonly string[]): string {
  const candidate = nearest(name, known);
  if (candidate !== undefined) return `did you mean "${candidate}"?`;
  return known.length === 0 ? 'there is none' : `there are: ${known.join(', ')}`;
}
