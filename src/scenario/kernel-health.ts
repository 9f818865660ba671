// SPDX-License-Identifier: MIT
import {setTimeout as pause} from 'node:timers/promises';
import {lastLine} from '../base/escape.ts';
import {endOfReport} from '../evidence/crash/patterns.ts';
import {kernelReports, wordsOnPeers} from '../evidence/kernel-log.ts';
import type {Guest} from '../guest/guest.ts';
import type {Finding} from '../verdict/finding.ts';
import {type Crash, crashIn, type Passed} from './crash.ts';
import type {GuestLog, Look, Piece} from './guest-log.ts';
import type {Machine} from './machine.ts';

/** What a guest's kernel has said since it was last listened to. */
export interface Health {
  /** Lines about peer-to-peer DMA: its own reasons. */
  readonly says: readonly string[];
  /** A report of its ill health. */
  readonly crash?: Crash;
  /** What of its log is missing. */
  readonly errors: readonly Finding[];
}

/** How often a report that is still being written is looked for its end, and at which interval in milliseconds. */
const looks = 10;
const interval = 100;

/**
 * Reads what is new in the kernel's log and on its console, and keeps a report of its ill health in the run's directory.
 * @param passed which reports are not looked for
 */
export async function readHealth(
  log: GuestLog,
  machine: Machine,
  folder: string,
  passed: Passed,
): Promise<Health> {
  const look = await log.look();
  const errors = look.errors.map(incomplete);
  const where = reportedIn(look, passed);
  const says = wordsOnPeers(look.log.lines.join('\n'));
  if (where === undefined) return {says, errors};
  const lines = [...look[where].before, ...look[where].lines];
  // It may still be written, by another CPU.
  for (let count = 0; !lines.some(endsReport) && count < looks; count++) {
    await pause(interval);
    const more = await log.look();
    errors.push(...more.errors.map(incomplete));
    lines.push(...more[where].lines);
  }
  const crash = await crashIn(lines.join('\n'), machine, folder, passed);
  return {says, errors, ...(crash !== undefined && {crash})};
}

/** Of a report without an end of its own the trace is enough. */
function endsReport(line: string): boolean {
  return endOfReport.test(line) || line.includes('</TASK>');
}

function incomplete(message: string): Finding {
  return {code: 'log-incomplete', parameters: {message}};
}

/** Which of them has a report: the log, or the console if the log has lost it. */
function reportedIn(look: Look, {excuses}: Passed): 'log' | 'console' | undefined {
  const has = ({before, lines}: Piece): boolean =>
    kernelReports([...before, ...lines].join('\n')).some(({line}) => excuses?.(line) !== true);
  return has(look.log) ? 'log' : has(look.console) ? 'console' : undefined;
}

/**
 * Has a variant's checkers look at what is left when all steps are done: what they find is in the kernel's log.
 * @returns what went wrong with that
 */
export async function runPostCommands(guest: Guest, {variant}: Machine): Promise<readonly Finding[]> {
  const errors: Finding[] = [];
  for (const words of variant.postCommands ?? []) {
    const {code, stderr} = await guest.exec(words, 60_000 * variant.timeoutScale);
    if (code !== 0)
      errors.push({
        code: 'post-command-failed',
        parameters: {command: words, variant: variant.name, exit: code, stderr: lastLine(stderr)},
      });
  }
  return errors;
}
