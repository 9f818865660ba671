// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {headline} from '../results/describe.ts';
import type {Result} from '../runner/run-all.ts';
import {type Column, recordedSideBySide, type SideBySide} from '../runner/side-by-side.ts';
import {type ProgressLines, progressLines} from './progress.ts';
import {interruptible} from './interrupt.ts';

/**
 * Does a command's work and shows its progress until the work ends or is interrupted.
 * @param alone whether nothing is printed meanwhile: see {@link progressLines}
 */
export async function shown<T>(
  work: (context: Context, lines: ProgressLines) => Promise<T>,
  {alone = false}: {readonly alone?: boolean} = {},
): Promise<T> {
  const lines = progressLines({alone});
  try {
    return await interruptible(lines.show, (context) => work(context, lines));
  } finally {
    lines.close();
  }
}

/** Returns what shows the headline of each result in the line of a topic. */
export function showHeadline({end, show}: ProgressLines, topic: string): (result: Result) => void {
  return (result) => {
    end(result.scenario);
    show({topic, text: headline(result)});
  };
}

/** Prints a warning, which does not change the exit code. */
export function warn(text: string): void {
  process.stderr.write(`p2plab: ${text}\n`);
}

/** Runs the same on several kernels, and shows its progress. */
export function shownSideBySide(
  request: SideBySide,
  database: string | undefined,
): Promise<readonly Column[]> {
  return shown(
    (context, lines) => {
      const ended = ({scenario}: {readonly scenario: string}): void => {
        lines.end(scenario);
      };
      return recordedSideBySide(request, {database, warn}, ended, context);
    },
    {alone: true},
  );
}
