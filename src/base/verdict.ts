// SPDX-License-Identifier: MIT

/** The five verdicts. `error` says nothing about the kernel. */
export const verdicts = ['pass', 'fail', 'crash', 'error', 'skip'] as const;

export type Verdict = (typeof verdicts)[number];
