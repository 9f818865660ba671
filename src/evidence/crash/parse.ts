// SPDX-License-Identifier: MIT
import {tidy} from '../../build/symbols.ts';
import {traceOf} from './backtrace.ts';
import {endOfReport, type Illness, illnessOf} from './patterns.ts';
import {messagesOf} from './messages.ts';
import type {KernelReport} from './report.ts';
import {crashTitle} from './title.ts';

/** How many lines after its first are a report's excerpt; what is found in them belongs to it. */
const excerptLines = 40;

/** How far from its first line its trace may be: lockdep tells of each lock's first time before. */
const traceLines = 400;

/** CUT_HERE of include/asm-generic/bug.h, and how many lines of a message may follow it. */
const cutHere = /-{8,}\[ cut here \]-{8,}/;
const messageLines = 8;

interface Found {
  readonly index: number;
  readonly illness: Illness;
}

/** The reports in a kernel's log, in order. A cut line and the warning that follows it are one. */
export function kernelReports(log: string): readonly KernelReport[] {
  const lines = messagesOf(log);
  const found = findIllnesses(lines);
  return found.map(({index, illness}, number) => {
    const next = found[number + 1]?.index ?? lines.length;
    const begin = beginOf(lines, index);
    return reportOf(
      lines.slice(begin, begin + excerptLines),
      illness,
      lines.slice(begin, index),
      lines[index] ?? '',
      lines.slice(index, Math.min(next, index + traceLines)),
    );
  });
}

/** Where a report begins whose telling line is at `index`: with what was printed since the line that cuts. */
function beginOf(lines: readonly string[], index: number): number {
  const from = Math.max(index - messageLines - 1, 0);
  const cut = lines.slice(from, index).findLastIndex((line) => cutHere.test(line));
  return cut === -1 ? index : from + cut + 1;
}

function findIllnesses(lines: readonly string[]): readonly Found[] {
  const found: Found[] = [];
  let within = -1;
  for (const [index, line] of lines.entries()) {
    if (endOfReport.test(line)) {
      within = -1;
      continue;
    }
    const illness = illnessOf(line);
    // What an oops prints on its way down belongs to it.
    if (illness === undefined || (index <= within && illness.kind !== 'panic')) continue;
    within = index + excerptLines;
    found.push({index, illness});
  }
  return found;
}

function reportOf(
  excerpt: readonly string[],
  illness: Illness,
  message: readonly string[],
  line: string,
  lines: readonly string[],
): KernelReport {
  const {type, kind, place} = illness;
  const end = lines.findIndex((line) => endOfReport.test(line));
  const own = end === -1 ? lines : lines.slice(0, end);
  const frames = traceOf(kind === 'hang' ? withoutGracePeriod(own) : own, illness);
  const at = illness.function ?? frames[0]?.function ?? illness.fallback;
  return {
    type,
    kind,
    title: crashTitle(illness, message, at),
    ...(at !== undefined && {function: at}),
    trace: frames.map((frame) => frame.function),
    frames,
    ...(place !== undefined && {place: tidy(place) ?? place}),
    line: line.trim(),
    excerpt: excerpt.join('\n'),
  };
}

/** A report of RCU's may first tell of its own thread, which waits for the CPU that stalls as all others do. */
function withoutGracePeriod(lines: readonly string[]): readonly string[] {
  let skipping = false;
  return lines.filter((line) => {
    if (/RCU grace-period kthread stack dump|RCU GP kthread last ran/.test(line)) skipping = true;
    const skipped = skipping;
    if (/^\s*<\/TASK>/.test(line)) skipping = false;
    return !skipped;
  });
}
