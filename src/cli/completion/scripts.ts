// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {labRoot} from '../../base/paths.ts';

/** Shells that the lab can be completed in. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/**
 * What a shell must read. Every script asks the program that is being typed, `p2plab completion answer -- WORD…`, for
 * lines of `VALUE` or `VALUE<tab>DESCRIPTION`, and then `:files` if a path will do, or `:none`; paths are offered
 * where no value fits. Nothing is evaluated that was typed.
 */
export function script(shell: (typeof shells)[number]): string {
  return readFileSync(path.join(labRoot, `src/cli/completion/p2plab.${shell}`), 'utf8');
}
