// SPDX-License-Identifier: MIT
import type {Context, Progress} from '../../src/base/context.ts';

/** A context that nobody interrupts and that keeps what it was told. */
export function recordingContext(): Context & {readonly reports: readonly Progress[]} {
  const reports: Progress[] = [];
  return {
    signal: new AbortController().signal,
    report: (progress) => {
      reports.push(progress);
    },
    reports,
  };
}
