// SPDX-License-Identifier: MIT
import {CommanderError, InvalidArgumentError} from '@commander-js/extra-typings';
import {escapeControls} from '../base/escape.ts';
import {explainError} from '../base/explain-error.ts';

/**
 * Prints an error as a person wants to read it.
 * @throws the error itself, if it is none that the lab explains: main.js reports that
 */
export function fail(error: unknown): void {
  // Thrown by an option's reader that a command called by itself.
  const explained =
    error instanceof InvalidArgumentError ? {message: error.message, hint: undefined} : explainError(error);
  if (explained === undefined) {
    // The parser has printed its own.
    if (error instanceof CommanderError) return;
    throw error;
  }
  process.stderr.write(`p2plab: ${escapeControls(explained.message)}\n`);
  if (explained.hint !== undefined) process.stderr.write(`        ${escapeControls(explained.hint)}\n`);
}
