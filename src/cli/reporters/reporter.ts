// SPDX-License-Identifier: MIT
import type {Progress} from '../../base/context.ts';
import type {Result, ResultListener} from '../../runner/run-all.ts';

/** Shows a person or a program how runs go and what came of them. */
export interface Reporter extends ResultListener {
  readonly progress: (progress: Progress) => void;
  /** Ends what is still shown of progress; called also when the work ends with an error. */
  readonly close: () => void;
  /** Shows the results; returns the exit code that they mean. */
  readonly end: (results: readonly Result[]) => number;
}
