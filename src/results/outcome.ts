// SPDX-License-Identifier: MIT
import type {Verdict} from '../base/verdict.ts';

/**
 * The outcome of a run after its retries: a verdict; `known` for a failure that a known issue explains; `flaky` if the
 * attempts gave different results.
 */
export type Outcome = Verdict | 'known' | 'flaky';
