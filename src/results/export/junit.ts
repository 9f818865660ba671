// SPDX-License-Identifier: MIT
import {explanation} from '../describe.ts';
import type {ReportedRun} from '../reported.ts';
import {withShortNames} from '../short-names.ts';

/** The results as one document of JUnit's XML, without the last newline: a test case for each run, a suite for each kernel. */
export function junit(reported: readonly ReportedRun[]): string {
  const results = withShortNames(reported);
  const kernels = [...new Set(results.map(({kernel}) => kernel))];
  const suites = kernels.flatMap((kernel) =>
    element(
      'testsuite',
      {name: kernel, ...counts(results.filter((result) => result.kernel === kernel))},
      results.filter((result) => result.kernel === kernel).flatMap(testCase),
    ),
  );
  const all = element('testsuites', {name: 'p2plab', ...counts(results)}, suites);
  return ['<?xml version="1.0" encoding="UTF-8"?>', ...all].join('\n');
}

function counts(results: readonly ReportedRun[]): Readonly<Record<string, string>> {
  const count = (element: string): string =>
    String(results.filter((result) => elementOf(result) === element).length);
  return {
    tests: String(results.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: inSeconds(results.reduce((sum, {durationMs}) => sum + durationMs, 0)),
  };
}

function testCase(result: ReportedRun): readonly string[] {
  const {scenario, kernel, durationMs, bundle} = result;
  return element('testcase', {name: scenario, classname: `p2plab.${kernel}`, time: inSeconds(durationMs)}, [
    ...outcome(result),
    `<system-out>${text(bundle)}</system-out>`,
  ]);
}

/** What says how a test case ended; JUnit has no word for a failure that is expected: it is one that does not count. */
function elementOf({verdict, knownIssue}: ReportedRun): 'failure' | 'error' | 'skipped' | undefined {
  if (verdict === 'pass') return undefined;
  if (verdict === 'skip' || knownIssue !== undefined) return 'skipped';
  return verdict === 'error' ? 'error' : 'failure';
}

function outcome(result: ReportedRun): readonly string[] {
  const {verdict, reason, knownIssue} = result;
  const name = elementOf(result);
  if (name === undefined) return [];
  if (verdict === 'skip') return [`<skipped message="${text(reason)}"/>`];
  const type = knownIssue === undefined ? verdict : `${verdict}, known issue ${knownIssue}`;
  const details = text(explanation(result).join('\n'));
  return [`<${name} type="${text(type)}" message="${text(reason)}">${details}</${name}>`];
}

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: readonly string[],
): readonly string[] {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(value)}"`);
  return [`<${name}${words.join('')}>`, ...content.map((line) => `  ${line}`), `</${name}>`];
}

function inSeconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Text and attributes: characters that XML 1.0 does not allow (section 2.2), or that a terminal obeys, are replaced. */
function text(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/[^\t\n\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]|\p{Cf}/gu, '�')
    .replaceAll(/[&<>"\n\t]/g, (character) => entities[character] ?? '');
}
