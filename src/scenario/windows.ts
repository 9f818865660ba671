// SPDX-License-Identifier: MIT
import {setTimeout as delay} from 'node:timers/promises';
import type {TraceEvent} from '../evidence/trace-event.ts';

/** How a long step is watched: the trace is on for `open` of every `every` milliseconds. */
const windows = {open: 1000, every: 15_000} as const;

/**
 * Runs `work` and has a part of it watched again and again: what is long leaves more trace than can be read.
 * @param look watches for as long as the promise that it is given takes
 */
export async function inWindows<T>(
  work: () => Promise<T>,
  look: (open: () => Promise<void>) => Promise<void>,
): Promise<T> {
  const ended = new AbortController();
  const running = work().finally(() => {
    ended.abort();
  });
  const pause = async (milliseconds: number): Promise<void> => {
    await delay(milliseconds, undefined, {signal: ended.signal}).catch(() => undefined);
  };
  const looking = (async () => {
    while (!ended.signal.aborted) {
      await look(() => pause(windows.open));
      await pause(windows.every - windows.open);
    }
  })();
  // A look that fails is told with the work's own outcome, which is first.
  const [result, looked] = await Promise.allSettled([running, looking]);
  if (result.status === 'rejected') throw result.reason;
  if (looked.status === 'rejected') throw looked.reason;
  return result.value;
}

/** What of a window is whole: its first command may have begun before it, its last not be done in it. */
export function wholeCommands(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const isCommand = ({kind}: TraceEvent): boolean => kind === 'nvme-command' || kind === 'nvme-admin';
  const first = events.findIndex(isCommand);
  const last = events.findLastIndex(isCommand);
  const ofDrive = (event: TraceEvent): boolean => isCommand(event) || event.kind === 'nvme-map';
  return events.filter((event, index) => !ofDrive(event) || (index >= first && index < last));
}
