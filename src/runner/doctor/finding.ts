// SPDX-License-Identifier: MIT

/** What was found out about one thing of this machine. */
export interface Finding {
  readonly name: string;
  /** `note`: the lab runs, but not all of it, or not as fast as it could. `missing`: it does not run. */
  readonly state: 'ok' | 'note' | 'missing';
  readonly detail: string;
  /** What does not work without it. */
  readonly cost?: string;
  /** The command that mends it. */
  readonly mend?: string;
}
