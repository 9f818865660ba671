// SPDX-License-Identifier: MIT
import type {Illness} from './patterns.ts';
import {isEntry, isReporting} from './skip-frames.ts';
import type {Frame} from './report.ts';

/** The longest trace that is kept. */
const longest = 12;

const symbol = String.raw`([A-Za-z_$][\w.$]*)\+0x([0-9a-f]+)/0x([0-9a-f]+)(?: \[([\w-]+)[^\]]*\])?`;
const frameLine = new RegExp(
  String.raw`^(?:kmemleak:)?\s*(?:\[<[0-9a-f]+>\] )?(\? )?${symbol}(?: \([A-Z]+\))?$`,
);
/** Where a CPU was: x86 in kernel code, arm64. */
const registerLine = new RegExp(String.raw`^(?:RIP: 0010:|pc : )${symbol}$`);

const header = /^\s*(Call [Tt]race:|Call Trace \()/;
/** What ends a trace whatever else is printed between its lines. */
const footer =
  /^\s*(<\/TASK>|(Allocated|Freed|allocated|freed) by task|---\[ end |Code: |Modules linked in|Call [Tt]race:|The buggy |Memory state|Showing |Kernel panic|Disabling lock)/;
/** The same of one without a header, where a line without anything does, too. */
const bareFooter = /^$|^(allocated|freed) by task|^(read|write)[ (]|^CPU: |^Reported by/;

function frameOf(match: RegExpExecArray, first: number, exact: boolean): Frame {
  const [name = '', offset = '', size = '', module] = match.slice(first);
  return {
    function: name.replace(/\.(isra|constprop|part|cold|llvm)\b.*$/, ''),
    symbol: name,
    offset: Number.parseInt(offset, 16),
    size: Number.parseInt(size, 16),
    ...(module !== undefined && {module}),
    exact,
  };
}

function framesBetween(lines: readonly string[], ends: RegExp): readonly Frame[] {
  const frames: Frame[] = [];
  for (const line of lines) {
    if (ends.test(line) && frames.length > 0) break;
    const match = frameLine.exec(line);
    // A question mark: it lies on the stack, and nobody knows why.
    if (match?.[1] === undefined && match !== null) frames.push(frameOf(match, 2, false));
  }
  return frames;
}

/**
 * The trace of a report: from the function that is to be looked at on outwards, without what reports it and
 * without how the task came into the kernel.
 * @param lines those of the report
 * @param illness says whether its trace has a header of its own
 */
export function traceOf(
  lines: readonly string[],
  {bare, kind}: Pick<Illness, 'bare' | 'kind'>,
): readonly Frame[] {
  const start = bare
    ? lines.findIndex((line) => frameLine.test(line))
    : lines.findIndex((line) => header.test(line));
  const before = start === -1 ? lines : lines.slice(0, start);
  const registers = before.map((line) => registerLine.exec(line)).find((match) => match !== null);
  const listed =
    start === -1 ? [] : framesBetween(lines.slice(bare ? start : start + 1), bare ? bareFooter : footer);
  const at = registers === undefined ? [] : [frameOf(registers, 1, true)];
  // arm64 begins its trace with it, too.
  const rest = listed[0]?.symbol === at.at(0)?.symbol ? listed.slice(1) : listed;
  const all = [...at, ...rest];
  const first = all.findIndex(
    (frame) => !isReporting(frame.function, kind === 'oops') && !isEntry(frame.function),
  );
  if (first === -1) return [];
  const inner = all.slice(first);
  const last = inner.findIndex((frame) => isEntry(frame.function));
  return inner.slice(0, Math.min(last === -1 ? inner.length : last, longest));
}
