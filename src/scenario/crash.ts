// SPDX-License-Identifier: MIT
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {bounded, escapeControls} from '../base/escape.ts';
import {type CodePlace, linesOf} from '../build/symbols.ts';
import {type KernelReport, kernelReports} from '../evidence/kernel-log.ts';
import type {FindingOf} from '../verdict/finding.ts';
import type {KnownReports} from './known-crash.ts';
import type {Machine} from './machine.ts';

/** What a kernel reports of itself, with the lines of its source. */
export interface CrashReport extends Pick<KernelReport, 'kind' | 'title' | 'function' | 'trace'> {
  /** `file:line` of the function that is to be looked at. */
  readonly place?: string;
  /** The trace, a line a function, with where it is in the source if that is known. */
  readonly decoded: readonly string[];
}

/** More of a report than this is not kept: the log has all of it. */
const longestReport = 64 * 1024;

/** A report, and the finding that a run has of it. */
export interface Crash {
  readonly finding: FindingOf<'crash'>;
  readonly report: CrashReport;
}

/** Which reports in a log are not what it is read for. */
export interface Passed {
  /** Whether a report is about time that the host withheld from the guest. */
  readonly excuses?: ((line: string) => boolean) | undefined;
  /** A report that is known and harmless counts only if there is no other. */
  readonly known?: KnownReports | undefined;
}

/** Finds the first report in a log that counts, decodes it, and keeps it in the run's directory as report.txt. */
export async function crashIn(
  log: string,
  machine: Pick<Machine, 'kernel' | 'image' | 'sent'>,
  folder: string,
  {excuses, known}: Passed = {},
): Promise<Crash | undefined> {
  const reports = kernelReports(log).filter(({line}) => excuses?.(line) !== true);
  const found = reports.find((report) => known?.isHarmless(report) !== true) ?? reports[0];
  return found && crashOf(found, machine, folder);
}

/** Decodes a report, and keeps it in the run's directory as report.txt. */
export async function crashOf(
  found: KernelReport,
  machine: Pick<Machine, 'kernel' | 'image' | 'sent'>,
  folder: string,
): Promise<Crash> {
  const report = await decode(found, machine);
  const {kind, title, place} = report;
  const parameters = {kind, title, ...(place !== undefined && {place})};
  const parts = [title, ...report.decoded.map((line) => `  ${line}`), '', found.excerpt];
  await writeFile(
    path.join(folder, 'report.txt'),
    `${bounded(escapeControls(parts.join('\n')), longestReport)}\n`,
  );
  return {finding: {code: 'crash', parameters}, report};
}

/** The same of a guest that is no more, by its console. */
export async function crashOnConsole(
  machine: Pick<Machine, 'kernel' | 'image' | 'sent'>,
  folder: string,
  passed?: Passed,
): Promise<Crash | undefined> {
  const log = await readFile(path.join(folder, 'console.log'), 'utf8').catch(() => '');
  return crashIn(log, machine, folder, passed);
}

async function decode(
  {kind, title, function: name, trace, frames, place}: KernelReport,
  {kernel, image, sent}: Pick<Machine, 'kernel' | 'image' | 'sent'>,
): Promise<CrashReport> {
  const modules = [...image.modules, ...(await sent.catch(() => []))];
  const fileOf = (module: string | undefined): string =>
    module === undefined ? kernel.vmlinux : (modules.find((one) => one.name === module)?.file ?? '');
  const lines = new Map<CodePlace, string | undefined>();
  for (const file of new Set(frames.map(({module}) => fileOf(module)))) {
    const own = frames.filter(({module}) => fileOf(module) === file);
    const found = await linesOf(file, kernel.arch, own);
    own.forEach((frame, index) => lines.set(frame, found[index]));
  }
  const decoded = frames.map((frame) => {
    const where = lines.get(frame);
    return where === undefined ? frame.function : `${frame.function} (${where})`;
  });
  // The kernel names the line that complains; a warning's is the one to be looked at.
  const own = frames[0] === undefined ? undefined : lines.get(frames[0]);
  const at = own ?? place;
  return {
    kind,
    title,
    ...(name !== undefined && {function: name}),
    trace,
    ...(at !== undefined && {place: at}),
    decoded,
  };
}
