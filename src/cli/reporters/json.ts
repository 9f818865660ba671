// SPDX-License-Identifier: MIT
import type {Result} from '../run-all.ts';
import {exitCodeOf, type Reporter} from './reporter.ts';

/** One document on standard output when all is done. Other programs read it: it grows, it never shrinks. */
export function jsonReporter(): Reporter {
  return {
    progress: () => undefined,
    result: () => undefined,
    close: () => undefined,
    end: (results) => {
      process.stdout.write(`${JSON.stringify({results: results.map(toJson)}, null, 2)}\n`);
      return exitCodeOf(results);
    },
  };
}

function toJson({steps, ...result}: Result): object {
  const ledger = steps.flatMap((step, index) => step.ledger.map((entry) => ({...entry, step: index})));
  return {
    ...result,
    ledger,
    steps: steps.map(({title, verb, durationMs, checks}) => ({title, verb, durationMs, checks})),
  };
}
