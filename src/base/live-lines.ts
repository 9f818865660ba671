// SPDX-License-Identifier: MIT
import {styleText} from 'node:util';
import type {Progress} from './context.ts';
import {oneLine} from './escape.ts';

/** What is needed of a terminal: `process.stderr` is one. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

/** Lines at the bottom of a terminal that change in place, one a topic, the one that began first on top. */
export interface LiveLines {
  readonly show: (progress: Progress) => void;
  /** Removes a topic, or all of them. */
  readonly end: (topic?: string) => void;
  /** Prints something above the lines: they are out of the way while `print` runs. */
  readonly above: (print: () => void) => void;
  readonly close: () => void;
}

interface Line {
  readonly begun: number;
  readonly text: string;
}

/** More topics at once than this only flicker. */
const most = 8;

/** The size of a terminal. One that does not know it, as those of some services, says 0. */
function sizeOf({columns, rows}: Terminal): {readonly columns: number; readonly rows: number} {
  return {columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24};
}

/** Shows live lines on `terminal`, which must be one. */
export function liveLines(terminal: Terminal): LiveLines {
  const topics = new Map<string, Line>();
  let drawn: readonly number[] = [];
  let clock: NodeJS.Timeout | undefined;
  const erase = (): void => {
    // A terminal that was made narrower has wrapped what was drawn.
    const {columns} = sizeOf(terminal);
    const rows = drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    if (rows > 0) terminal.write(`\r${rows > 1 ? `\u001B[${rows - 1}A` : ''}\u001B[J`);
    drawn = [];
  };
  const draw = (): void => {
    const {columns, rows} = sizeOf(terminal);
    const room = Math.max(1, Math.min(most, rows - 2));
    const lines = [...topics].slice(-room).map((entry) => layOut(entry, columns - 1));
    drawn = lines.map(([topic, rest]) => topic.length + rest.length);
    terminal.write(
      lines.map(([topic, rest]) => styleText('cyan', topic, {stream: process.stderr}) + rest).join('\n'),
    );
  };
  const redraw = (): void => {
    erase();
    draw();
  };
  const stopClock = (): void => {
    clearInterval(clock);
    clock = undefined;
  };
  return {
    show: ({topic, text}) => {
      topics.set(topic, {begun: topics.get(topic)?.begun ?? performance.now(), text});
      // The time that a topic takes goes on while it has nothing to say.
      clock ??= setInterval(redraw, 1000).unref();
      redraw();
    },
    end: (topic) => {
      if (topic === undefined) topics.clear();
      else topics.delete(topic);
      redraw();
    },
    above: (print) => {
      erase();
      print();
      draw();
    },
    close: () => {
      erase();
      topics.clear();
      stopClock();
    },
  };
}

/** A topic's line, cut to the width, in two parts: the first is coloured. */
function layOut([topic, {begun, text}]: readonly [string, Line], width: number): readonly [string, string] {
  const seconds = Math.floor((performance.now() - begun) / 1000);
  const time = seconds < 3 ? '' : ` (${formatTime(seconds)})`;
  // Names and words of others must not move the cursor.
  const title = oneLine(topic);
  const line = `${title}  ${oneLine(text.replaceAll('\t', ' '))}${time}`;
  const cut = line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line;
  return [cut.slice(0, title.length), cut.slice(title.length)];
}

/** `42 s`, `3:07 min`. */
export function formatTime(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}
