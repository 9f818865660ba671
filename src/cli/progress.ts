// SPDX-License-Identifier: MIT
import type {Progress} from '../base/context.ts';

/** Shows the latest of each topic on a terminal; in a pipe, a line when something changes much. */
export interface ProgressLines {
  readonly show: (progress: Progress) => void;
  /** Prints lines for good, above what is still moving. */
  readonly print: (text: string) => void;
  readonly close: () => void;
}

/** Progress goes to standard error, results to standard output. */
export function progressLines(): ProgressLines {
  return process.stderr.isTTY && process.stdout.isTTY ? onTerminal() : inPipe();
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
      process.stderr.write(`${topic}: ${text}\n`);
    },
    print: (text) => process.stdout.write(`${text}\n`),
    close: () => undefined,
  };
}

function onTerminal(): ProgressLines {
  let shown = 0;
  const latest = new Map<string, string>();
  const erase = (): void => {
    if (shown > 0) process.stderr.write('\r\u001b[2K');
    shown = 0;
  };
  const draw = (): void => {
    const line = [...latest].map(([topic, text]) => `${topic}: ${text}`).join(' · ');
    if (line === '') return;
    process.stderr.write(line.slice(0, process.stderr.columns - 1));
    shown = 1;
  };
  return {
    show: ({topic, text}) => {
      erase();
      latest.delete(topic);
      latest.set(topic, text);
      while (latest.size > 2) latest.delete([...latest.keys()][0] ?? '');
      draw();
    },
    print: (text) => {
      erase();
      latest.clear();
      process.stdout.write(`${text}\n`);
    },
    close: erase,
  };
}
