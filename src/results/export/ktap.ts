// SPDX-License-Identifier: MIT
import {withShortNames} from '../short-names.ts';
import {printable, seconds} from '../describe.ts';
import {checkTitle} from '../../verdict/render.ts';
import type {ReportedRun} from '../reported.ts';

/**
 * The results as KTAP version 1 (Documentation/dev-tools/ktap.rst), without the last newline: a test for each run,
 * a subtest for each of its steps.
 */
export function ktap(results: readonly ReportedRun[]): string {
  const tests = withShortNames(results).flatMap((result, index) => test(result, index + 1));
  return ['KTAP version 1', `1..${results.length}`, ...tests].join('\n');
}

function test(result: ReportedRun, number: number): readonly string[] {
  const {scenario, kernel, qemu, verdict, reason, durationMs, bundle} = result;
  const diagnosis = verdict === 'pass' ? [] : [`# ${verdict}: ${printable(reason)}`];
  return [
    ...subtests(result),
    ...diagnosis,
    `# ${seconds(durationMs)}, kernel ${printable(kernel)}, QEMU ${printable(qemu)}, bundle ${printable(bundle)}`,
    line(isOk(result), number, scenario, directive(result)),
  ];
}

/** A parser takes a plan of no tests for a broken one: a run without steps is a test without subtests. */
function subtests({scenario, steps}: ReportedRun): readonly string[] {
  if (steps.length === 0) return [];
  const lines = steps.flatMap(({title, verdict, reason, knownIssue, checks}, index) => {
    const wrong = checks.filter(({ok}) => !ok);
    return [
      ...(knownIssue === undefined ? [] : [`# ${printable(reason)}`]),
      ...wrong.map((check) => `# ${printable(`${checkTitle(check)}: ${check.detail}`)}`),
      line(isOk({verdict, knownIssue}), index + 1, title, directive({verdict, reason, knownIssue})),
    ];
  });
  return ['KTAP version 1', `# Subtest: ${described(scenario)}`, `1..${steps.length}`, ...lines].map(
    (text) => `  ${text}`,
  );
}

/** What decides how a test or a subtest is printed. */
interface Printed extends Pick<ReportedRun, 'verdict' | 'reason'> {
  readonly knownIssue?: string | undefined;
}

/** A failure that is expected is "ok" with XFAIL, as ksft_test_result_xfail() prints it: parsers ignore the directive. */
function isOk({verdict, knownIssue}: Omit<Printed, 'reason'>): boolean {
  return verdict === 'pass' || verdict === 'skip' || knownIssue !== undefined;
}

function directive({verdict, reason, knownIssue}: Printed): string | undefined {
  if (knownIssue !== undefined) return `XFAIL known issue ${printable(knownIssue)}`;
  if (verdict === 'skip') return `SKIP ${printable(reason)}`;
  return verdict === 'error' ? `ERROR ${printable(reason)}` : undefined;
}

function line(ok: boolean, number: number, name: string, directed: string | undefined): string {
  const result = `${ok ? 'ok' : 'not ok'} ${number} ${described(name)}`;
  return directed === undefined ? result : `${result} # ${directed}`;
}

/** A name: "#" would begin a directive. */
function described(name: string): string {
  return printable(name).replaceAll('#', '_');
}
