// SPDX-License-Identifier: MIT
import {CommanderError, InvalidArgumentError} from '@commander-js/extra-typings';
import {BuildError, LabError} from '../base/errors.ts';
import {exitCodes as gitCodes} from '../runner/bisect/symptom.ts';
import type {Verdict} from '../base/verdict.ts';

/** The exit codes of every command. */
export const exitCodes = Object.freeze({
  /** All passed, or were skipped. */
  passed: 0,
  /** The kernel did wrong: a fail or a crash. */
  failed: 1,
  /** A mistake in the command line or in a file of the user's. */
  usage: 2,
  /** The lab or its host failed. */
  host: 3,
  interrupted: 130,
});

/** With 128 or more `git bisect run` gives up (git-bisect(1)): 2 would mark the commit as bad. */
const giveUp = 129;

/**
 * The exit code for anything that ends a command by being thrown; what is no error of the lab's is a failure of the lab.
 * @param bisecting whether `git bisect run` reads it
 */
export function exitCodeOfError(error: unknown, bisecting = false): number {
  const code = plainCodeOf(error);
  if (!bisecting) return code;
  // A commit that does not build says nothing about what is searched for.
  if (error instanceof BuildError) return gitCodes.skip;
  switch (code) {
    case exitCodes.usage:
      return giveUp;
    case exitCodes.host:
      return gitCodes.skip;
    default:
      return code;
  }
}

function plainCodeOf(error: unknown): number {
  if (error instanceof LabError) return error.exitCode;
  if (error instanceof InvalidArgumentError) return exitCodes.usage;
  // Help and the version that were asked for end as an error without a code.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
  return exitCodes.host;
}

/**
 * The exit code for runs. Without any there is no answer, and that is a failure of the lab.
 * @param bisecting whether `git bisect run` reads it: an error and a skip say nothing about the kernel
 */
export function exitCodeOf(results: readonly {readonly verdict: Verdict}[], bisecting = false): number {
  const has = (...verdicts: readonly Verdict[]): boolean =>
    results.some(({verdict}) => verdicts.includes(verdict));
  if (has('fail', 'crash')) return bisecting ? gitCodes.bad : exitCodes.failed;
  if (has('error') || results.length === 0) return bisecting ? gitCodes.skip : exitCodes.host;
  return bisecting && has('skip') ? gitCodes.skip : exitCodes.passed;
}
