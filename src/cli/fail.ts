// SPDX-License-Identifier: MIT
import {LabError} from '../base/errors.ts';

/** Prints an error as a person wants to read it, and returns the exit code for it. */
export function fail(error: unknown): number {
  if (error instanceof LabError) {
    process.stderr.write(`p2plab: ${error.message}\n`);
    if (error.hint !== undefined) process.stderr.write(`        ${error.hint}\n`);
    return error.exitCode;
  }
  process.stderr.write(
    `p2plab: an error of the lab itself:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 3;
}
