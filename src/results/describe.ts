// SPDX-License-Identifier: MIT
import {styleText} from 'node:util';
import {hex} from '../base/hex.ts';
import {displayPath} from '../base/paths.ts';
import {formatBytes} from '../base/bytes.ts';
import {shortName} from '../spec/identity.ts';
import {checkTitle, routeText} from '../verdict/render.ts';
import type {Verdict} from '../base/verdict.ts';
import {type Flow, flows} from './flows.ts';
import type {ReportedRun} from './reported.ts';

/** The verdicts in the order in which they are counted, each with its colour. */
export const colours = {
  pass: 'green',
  fail: 'red',
  crash: 'red',
  error: 'yellow',
  skip: 'cyan',
} as const satisfies Record<Verdict, string>;

/** A result's first line. */
export function headline({verdict, scenario, kernel, qemu, durationMs}: ReportedRun): string {
  const names = `${shortName(scenario)} [${shortName(kernel)}, QEMU ${qemu}]`;
  return `${styleText(colours[verdict], verdict.toUpperCase())} ${printable(names)} ${seconds(durationMs)}`;
}

/** Whether there is nothing to explain. */
export function isFine({verdict}: Pick<ReportedRun, 'verdict'>): boolean {
  return verdict === 'pass' || verdict === 'skip';
}

/** A result in a few lines: verdict, cause, ledger, and what else was looked at if it is wrong. */
export function describe(result: ReportedRun): string {
  return [headline(result), ...explanation(result)].join('\n');
}

/** What the scenario adds to the kernel's command line. */
function argumentLines({kernelArguments = []}: ReportedRun): readonly string[] {
  return kernelArguments.length === 0 ? [] : [`  kernel arguments: ${kernelArguments.join(' ')}`];
}

/** What follows the first line, indented. */
export function explanation(result: ReportedRun): readonly string[] {
  const given = argumentLines(result);
  if (result.continueOnFailure)
    return [...given, ...stepLines(result), ...(isFine(result) ? [] : [evidence(result)])];
  const ledger = ledgerLines(result);
  // The ledger of a run that passed says it all, unless nothing was to move.
  const told = result.verdict === 'pass' && ledger.length > 0 ? [] : [`  ${printable(result.reason)}`];
  return [
    ...given,
    ...told,
    ...ledger,
    ...(isFine(result) ? [] : trouble(result)),
    ...kernelLines(result, ledger),
  ];
}

/** A line for each step that was judged by itself; without any, for the run. */
function stepLines({steps, reason}: ReportedRun): readonly string[] {
  const judged = steps.filter(({verdict, expected}) => expected !== undefined || verdict !== 'pass');
  if (judged.length === 0) return [`  ${printable(reason)}`];
  const width = Math.max(...judged.map(({title}) => title.length));
  return judged.map(({verdict, title, reason: why}) => {
    const word = styleText(colours[verdict], verdict.padEnd(5));
    return `  ${word}  ${printable(title.padEnd(width))}  ${printable(why)}`;
  });
}

/** The kernel's own reasons, where something was refused or went wrong. */
function kernelLines({verdict, kernelSays}: ReportedRun, ledger: readonly string[]): readonly string[] {
  if (verdict === 'pass' && ledger.length > 0) return [];
  return kernelSays.slice(-3).map((line) => `  kernel: ${printable(line)}`);
}

function trouble(result: ReportedRun): readonly string[] {
  const wrong = result.steps.flatMap(({checks}) => checks).filter(({ok}) => !ok);
  return [
    ...wrong.slice(1).map((check) => `  also ${printable(`${checkTitle(check)}: ${check.detail}`)}`),
    evidence(result),
  ];
}

function evidence({bundle}: ReportedRun): string {
  return `  evidence: ${printable(displayPath(bundle))}`;
}

/** Where the bytes of a run went, one line for what an initiator moved to or from a place. */
export function ledgerLines({steps}: Pick<ReportedRun, 'steps'>): readonly string[] {
  return flows(steps.flatMap(({ledger}) => ledger)).map(describeFlow);
}

function describeFlow(flow: Flow): string {
  const {
    initiator,
    direction,
    target,
    bar,
    bytes,
    address,
    translated = address,
    cpu,
    pieces,
    faulted,
    route,
    by,
  } = flow;
  const arrow = direction === 'write' ? '→' : '←';
  const place = bar === undefined ? target : `${target} BAR ${bar}`;
  const behind = translated === address ? '' : ` (translated to ${hex(translated)})`;
  const alias = cpu === undefined ? '' : ` (memory at ${hex(cpu)})`;
  const first = `${hex(address)}${faulted === true ? ' (the IOMMU faulted)' : `${behind}${alias}`}`;
  const where = pieces === 1 ? `at ${first}` : `in ${pieces} pieces, the first at ${first}`;
  // That it goes up is how it is without any routing.
  const turn = route === undefined || route === 'upstream' ? '' : `, ${routeText({route, by})}`;
  return printable(`  ${initiator} ${arrow} ${place}  ${formatBytes(bytes)} ${where}${turn}`);
}

/** `10 runs: 8 pass, 2 fail (1 by a known issue), 1 skip`: of each verdict, how many known issues explain. */
export function summary(results: readonly ReportedRun[]): string {
  const words = (Object.keys(colours) as Verdict[]).flatMap((verdict) => {
    const own = results.filter((result) => result.verdict === verdict);
    const knownIssues = own.filter(({knownIssue}) => knownIssue !== undefined).length;
    const known =
      knownIssues === 0 ? '' : ` (${knownIssues} by ${knownIssues === 1 ? 'a known issue' : 'known issues'})`;
    return own.length === 0 ? [] : [`${own.length} ${verdict}${known}`];
  });
  return `${results.length} ${results.length === 1 ? 'run' : 'runs'}: ${words.join(', ')}`;
}

/** `4.8 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A guest's words may end up here: control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => (character === '\n' ? ' ' : '�'));
}
