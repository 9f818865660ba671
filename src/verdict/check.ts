// SPDX-License-Identifier: MIT

/** One thing that was looked at, and what came of it. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** A sentence: what was seen, and, if it is wrong, what had to be. */
  readonly detail: string;
  /** Whether it rests on what the host saw. A guest's own word proves nothing by itself. */
  readonly witness: 'host' | 'guest';
}
