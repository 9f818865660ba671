// SPDX-License-Identifier: MIT
import type {Series} from './series.ts';

/**
 * The commit that a series says it was made on, as `git format-patch --base` and `b4 am` write it
 * (Documentation/process/submitting-patches.rst, "Providing base tree information").
 */
export function baseCommitOf({files, letters}: Pick<Series, 'files' | 'letters'>): string | undefined {
  for (const {content} of [...letters, ...files]) {
    const found = baseCommitIn(content);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The commit that a mail or a patch says it was made on. */
export function baseCommitIn(text: string): string | undefined {
  return /^base-commit: ([0-9a-f]{40})\s*$/m.exec(text)?.[1];
}
