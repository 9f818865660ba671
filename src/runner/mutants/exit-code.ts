// SPDX-License-Identifier: MIT
import type {MutantResult} from './run-mutants.ts';

/** 1 if a mutant survived, or was killed by another evidence than its file says; 3 if the lab cannot say. */
export function mutantExitCode(results: readonly Pick<MutantResult, 'outcome'>[]): number {
  const some = (outcome: MutantResult['outcome']): boolean =>
    results.some((result) => result.outcome === outcome);
  if (some('survived') || some('killed by other evidence')) return 1;
  return some('inconclusive') ? 3 : 0;
}
