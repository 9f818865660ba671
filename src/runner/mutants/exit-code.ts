// SPDX-License-Identifier: MIT
import type {MutantResult} from './run-mutants.ts';

/** 1 if a mutant survived, or was caught by another evidence than its file says; 3 if the lab cannot say. */
export function mutantExitCode(results: readonly Pick<MutantResult, 'outcome'>[]): number {
  const some = (outcome: MutantResult['outcome']): boolean =>
    results.some((result) => result.outcome === outcome);
  if (some('survived') || some('otherwise')) return 1;
  return some('unclear') ? 3 : 0;
}
