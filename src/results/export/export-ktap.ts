// SPDX-License-Identifier: MIT
import {withShortNames} from '../short-names.ts';
import {printable, seconds} from '../describe.ts';
import {checkTitle} from '../../verdict/render.ts';
import type {ReportedRun} from '../reported.ts';
import {formatKtap, type KtapTest} from './ktap-document.ts';

/**
 * The results as KTAP version 1 (Documentation/dev-tools/ktap.rst), without the last newline: a test for each run,
 * a subtest for each of its steps.
 */
export function ktap(results: readonly ReportedRun[]): string {
  return formatKtap(withShortNames(results).map(testOf), {named: true}).slice(0, -1);
}

function testOf(result: ReportedRun): KtapTest {
  const {scenario, kernel, qemu, verdict, reason, durationMs, bundle, steps} = result;
  const diagnosis = verdict === 'pass' ? [] : [`${verdict}: ${reason}`];
  return {
    name: printable(scenario),
    ...outcomeOf(result),
    diagnosis: [...diagnosis, `${seconds(durationMs)}, kernel ${kernel}, QEMU ${qemu}, bundle ${bundle}`].map(
      printable,
    ),
    subtests: steps.map(subtestOf),
  };
}

function subtestOf({title, verdict, reason, knownIssue, checks}: ReportedRun['steps'][number]): KtapTest {
  const wrong = checks.filter(({ok}) => !ok);
  return {
    name: printable(title),
    ...outcomeOf({verdict, reason, knownIssue}),
    diagnosis: [
      ...(knownIssue === undefined ? [] : [reason]),
      ...wrong.map((check) => `${checkTitle(check)}: ${check.detail}`),
    ].map(printable),
    subtests: [],
  };
}

/**
 * How a run or a step ended. A failure that is expected is "ok" with XFAIL, as ksft_test_result_xfail() prints it: parsers
 * ignore the directive.
 */
function outcomeOf({
  verdict,
  reason,
  knownIssue,
}: Pick<ReportedRun, 'verdict' | 'reason'> & {readonly knownIssue?: string | undefined}): Pick<
  KtapTest,
  'ok' | 'directive' | 'reason'
> {
  if (knownIssue !== undefined)
    return {ok: true, directive: 'XFAIL', reason: `known issue ${printable(knownIssue)}`};
  if (verdict === 'skip') return {ok: true, directive: 'SKIP', reason: printable(reason)};
  if (verdict === 'error') return {ok: false, directive: 'ERROR', reason: printable(reason)};
  return {ok: verdict === 'pass'};
}
