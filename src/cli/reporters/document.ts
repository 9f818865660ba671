// SPDX-License-Identifier: MIT
import {progressLines} from '../progress.ts';
import type {Result} from '../../runner/run-all.ts';
import {exitCodeOf} from '../exit-code.ts';
import type {Reporter} from './reporter.ts';

/** A reporter that prints nothing but one document, when all is done. */
export function document(write: (results: readonly Result[]) => string): Reporter {
  const lines = progressLines({alone: true});
  return {
    // Nobody asked for progress in a pipe; a person at a terminal waits.
    progress: process.stderr.isTTY ? lines.show : () => undefined,
    prepared: () => {
      lines.end();
    },
    result: ({scenario}) => {
      lines.end(scenario);
    },
    close: lines.close,
    end: (results) => {
      process.stdout.write(`${write(results)}\n`);
      return exitCodeOf(results);
    },
  };
}
