// SPDX-License-Identifier: MIT
import type {Result} from '../run-all.ts';
import {document} from './document.ts';
import {printable, seconds} from './describe.ts';
import type {Reporter} from './reporter.ts';

/** KTAP version 1 (Documentation/dev-tools/ktap.rst): a test for each run, a subtest for each of its steps. */
export function ktapReporter(): Reporter {
  return document(ktap);
}

/** The results as KTAP, without the last newline. */
export function ktap(results: readonly Result[]): string {
  const tests = results.flatMap((result, index) => test(result, index + 1));
  return ['KTAP version 1', `1..${results.length}`, ...tests].join('\n');
}

function test(result: Result, number: number): readonly string[] {
  const {scenario, kernel, qemu, verdict, reason, durationMs, bundle} = result;
  const diagnosis = verdict === 'pass' ? [] : [`# ${verdict}: ${printable(reason)}`];
  return [
    ...subtests(result),
    ...diagnosis,
    `# ${seconds(durationMs)}, kernel ${printable(kernel)}, QEMU ${printable(qemu)}, bundle ${printable(bundle)}`,
    line(verdict === 'pass' || verdict === 'skip', number, scenario, directive(result)),
  ];
}

/** A parser takes a plan of no tests for a broken one: a run without steps is a test without subtests. */
function subtests({scenario, steps}: Result): readonly string[] {
  if (steps.length === 0) return [];
  const lines = steps.flatMap(({title, verdict, reason, gap, checks}, index) => {
    const wrong = checks.filter(({ok}) => !ok);
    const ok = verdict === 'pass' || verdict === 'skip';
    return [
      ...(gap === undefined ? [] : [`# ${printable(reason)}`]),
      ...wrong.map(({name, detail}) => `# ${name}: ${printable(detail)}`),
      line(ok, index + 1, title, directive({verdict, reason})),
    ];
  });
  return ['KTAP version 1', `# Subtest: ${described(scenario)}`, `1..${steps.length}`, ...lines].map(
    (text) => `  ${text}`,
  );
}

function directive({verdict, reason}: Pick<Result, 'verdict' | 'reason'>): string | undefined {
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
