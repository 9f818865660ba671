// SPDX-License-Identifier: MIT
import {displayPath} from '../../base/paths.ts';
import type {Change} from '../../results/changes.ts';
import {printable} from '../../results/describe.ts';
import {describeChange} from '../../results/measured-change.ts';
import type {Outcome} from '../../results/outcome.ts';
import {shortName} from '../../spec/identity.ts';
import {repeatCommand} from '../../results/repeat.ts';
import type {MapCostChange} from '../../results/queries/map-cost-changes.ts';
import type {NightlyRunResult} from '../../results/queries/nightly-runs.ts';
import type {NightlyResult} from './run-nightly.ts';

/** What is told of a change. */
export type Changed = Pick<
  NightlyRunResult,
  'scenario' | 'topology' | 'variant' | 'kernel' | 'change' | 'since' | 'before'
>;

/** What is told first: what somebody has to look at. */
const told = {
  crash: 'crashed',
  fail: 'failed',
  flaky: 'flaky: another verdict when run again',
  error: 'in error, of the lab or its host: that says nothing of a kernel',
} as const satisfies Partial<Record<Outcome, string>>;

const counted: readonly Outcome[] = ['pass', 'known', 'skip', 'crash', 'fail', 'flaky', 'error'];

const words: Readonly<Record<Outcome, string>> = {
  pass: 'pass',
  known: 'by known issues',
  skip: 'skip',
  crash: 'crash',
  fail: 'fail',
  flaky: 'flaky',
  error: 'error',
};

/** A nightly run in plain text, for a terminal and for a mail: the causes first, and how to repeat each. */
export function summary(
  suite: string,
  results: readonly NightlyResult[],
  changes: readonly Changed[] = [],
  rises: readonly string[] = [],
  costly: readonly MapCostChange[] = [],
): string {
  const parts = Object.entries(told).flatMap(([outcome, title]) => {
    const own = results.filter((result) => result.outcome === outcome);
    return own.length === 0 ? [] : [`${own.length} ${title}`, ...own.map(describe), ''];
  });
  const counts = counted.flatMap((outcome) => {
    const count = results.filter((result) => result.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${words[outcome]}`];
  });
  const runs = results.length === 1 ? '1 run' : `${results.length} runs`;
  return [
    ...news(changes),
    ...costs(costly),
    ...dearer(rises),
    ...parts,
    ...known(results),
    `${shortName(suite)}: ${runs}: ${counts.join(', ')}`,
  ].join('\n');
}

/** What has changed, before all else: what broke first, what is bad as it was last. */
const order = ['broke', 'fixed', 'missing', 'new', 'still bad'] as const satisfies readonly Change[];

function news(changes: readonly Changed[]): readonly string[] {
  const lines = order.flatMap((change) =>
    changes
      .filter((changed) => changed.change === change)
      .map(({scenario, variant, kernel, since, before}) => {
        const when = change === 'still bad' && since !== null ? `, since ${since}` : '';
        const last = before === null || change === 'new' ? '' : `, otherwise on ${before} for the last time`;
        return `  ${change}: ${[kernel, variant, scenario].join('/')}${when}${last}`;
      }),
  );
  return lines.length === 0 ? [] : ['since earlier nightly runs', ...lines, ''];
}

/** What was counted otherwise than in the previous nightly run. */
function costs(counted: readonly MapCostChange[]): readonly string[] {
  if (counted.length === 0) return [];
  const lines = counted.map(
    ({scenario, variant, kernel, changes}) =>
      `  ${[kernel, variant, scenario].join('/')}: ${changes.map(describeChange).join('; ')}`,
  );
  return ['costs more or less than in the previous nightly run', ...lines, ''];
}

/** Known issues, counted and named: they need no eye. */
function known(results: readonly NightlyResult[]): readonly string[] {
  const own = results.filter(({outcome}) => outcome === 'known');
  if (own.length === 0) return [];
  const groups = Map.groupBy(own, ({attempts}) => attempts.at(-1)?.knownIssue ?? 'not recorded');
  const names = [...groups].map(([name, some]) => `${name} (${some.length})`);
  return [`known issues: ${names.join(', ')}`, ''];
}

/** What costs more than is declared: each says where, what, and by how much. */
function dearer(rises: readonly string[]): readonly string[] {
  if (rises.length === 0) return [];
  const title = `${rises.length} ${rises.length === 1 ? 'call takes' : 'calls take'} more instructions than declared`;
  return [title, ...rises.map((rise) => `  ${rise}`), '    again: ./p2plab map-cost', ''];
}

/** One result in a line. */
export function line({run, outcome, attempts}: NightlyResult): string {
  const last = attempts.at(-1);
  const again = attempts.length > 1 ? `, ${attempts.length} attempts` : '';
  return `${words[outcome].toUpperCase()} ${run.id} ${((last?.durationMs ?? 0) / 1000).toFixed(1)} s${again}`;
}

function describe({run, attempts}: NightlyResult): string {
  const {kernel, variant, scenario, seconds} = run;
  const again = repeatCommand({
    scenario: scenario.name,
    kernel,
    variant,
    qemu: attempts.at(-1)?.qemu,
    seconds,
  });
  const tries = attempts.map(({verdict, reason, bundle}, index) => {
    const number = attempts.length > 1 ? `attempt ${index + 1}: ` : '';
    const evidence = bundle === undefined ? [] : [`    evidence: ${displayPath(bundle)}`];
    return [`    ${number}${verdict}: ${printable(reason)}`, ...evidence].join('\n');
  });
  return [
    `  ${run.scenario.name} on ${run.kernel}${run.variant === 'plain' ? '' : `, variant ${run.variant}`}`,
    ...tries,
    ...(again === undefined ? [] : [`    again: ${again}`]),
  ].join('\n');
}

/** 1 for a fail or a crash that came again and for a rise that is not declared, 3 where the lab or its host failed, else 0: known issues are known. */
export function exitCodeOf(results: readonly NightlyResult[], rises: readonly string[] = []): number {
  const has = (...outcomes: readonly Outcome[]): boolean =>
    results.some(({outcome}) => outcomes.includes(outcome));
  if (has('fail', 'crash') || rises.length > 0) return 1;
  return has('error') ? 3 : 0;
}
