// SPDX-License-Identifier: MIT
import type {Progress} from '../base/context.ts';
import {showsTraffic} from '../base/debug.ts';
import {oneLine} from '../base/escape.ts';
import {liveLines} from '../base/live-lines.ts';

/** Shows how far each topic is while results are printed. */
export interface ProgressLines {
  readonly show: (progress: Progress) => void;
  /** Prints lines for good on standard output, above what is still moving. */
  readonly print: (text: string) => void;
  /** A topic is done: without a name all of them. */
  readonly end: (topic?: string) => void;
  /** Takes away what is still shown; called also when the work ends with an error. */
  readonly close: () => void;
}

/**
 * Progress goes to standard error, results to standard output. On a terminal each topic has a line that
 * moves; else a topic says at times where it is. (listr2 wants its tasks known beforehand; ours come and go.)
 * @param alone whether nothing is printed meanwhile, so that it does not matter where standard output goes
 */
export function progressLines({alone = false}: {readonly alone?: boolean} = {}): ProgressLines {
  // Traffic scrolls: lines that move would be torn apart by it.
  const terminal = process.stderr.isTTY && process.env['TERM'] !== 'dumb' && !showsTraffic();
  return terminal && (alone || process.stdout.isTTY) ? onTerminal() : inPipe();
}

/** At least this many milliseconds between two lines of one topic in a pipe. */
const interval = 10_000;

function inPipe(): ProgressLines {
  const told = new Map<string, number>();
  return {
    show: ({topic, text}) => {
      const now = performance.now();
      if (now - (told.get(topic) ?? -Infinity) < interval) return;
      told.set(topic, now);
      process.stderr.write(`${oneLine(topic)}: ${oneLine(text)}\n`);
    },
    print,
    end: () => undefined,
    close: () => undefined,
  };
}

function onTerminal(): ProgressLines {
  const live = liveLines(process.stderr);
  return {
    show: live.show,
    print: (text) => {
      live.above(() => {
        print(text);
      });
    },
    end: live.end,
    close: live.close,
  };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
