// SPDX-License-Identifier: MIT
import {plain} from '../../spec/variant.ts';
import {describeChange} from '../../results/measured-change.ts';
import {type Counted, mapCostsIn} from '../../results/queries/map-cost-changes.ts';
import {type Difference, type Pair, pair} from '../../results/queries/compare.ts';
import {
  latestNightlyRuns,
  type NightlyRunResult,
  type NightlyRunSummary,
  resultsOf,
} from '../../results/queries/nightly-runs.ts';
import type {Database} from '../../results/database/tables.ts';
import {type Html, dataTable, html, time, words} from '../html.ts';
import {paths} from '../links.ts';
import {badge} from '../outcome-badge.ts';
import type {PageContext, PageMaker} from '../page.ts';
import {filterBox, find} from './nightly-run.ts';

interface Compared {
  readonly nightlyRun: NightlyRunSummary;
  readonly results: readonly NightlyRunResult[];
  readonly counted: Counted;
}

/** The latest nightly runs of suites with more than one kernel. */
async function comparable(db: Database): Promise<readonly Compared[]> {
  const found = await Promise.all(
    (await latestNightlyRuns(db)).map(async (nightlyRun) => ({
      nightlyRun,
      results: await resultsOf(db, nightlyRun.id),
      counted: await mapCostsIn(db, nightlyRun.id),
    })),
  );
  return found.filter(({results}) => kernelsOf(results).length > 1);
}

const kernelsOf = (results: readonly NightlyRunResult[]): readonly string[] => [
  ...new Set(results.map(({kernel}) => kernel)),
];

/** All pairs of kernels that can be compared, for a static site. */
export async function comparedPairs(db: Database): Promise<readonly (readonly [string, string])[]> {
  const all = (await comparable(db)).flatMap(({results}) => {
    const kernels = kernelsOf(results);
    return kernels.flatMap((first) =>
      kernels.filter((second) => second !== first).map((second) => [first, second] as const),
    );
  });
  return [...new Map(all.map((both) => [both.join('\0'), both])).values()];
}

/** Which two kernels can be compared, with how many scenarios only the second fails. */
export const compareIndex: PageMaker = async (context) => {
  const nightlyRuns = await comparable(context.db);
  const data = nightlyRuns.map(({nightlyRun, results}) => ({nightlyRun, kernels: kernelsOf(results)}));
  return {
    title: 'Compare two kernels',
    data,
    body: html`
      ${nightlyRuns.length === 0 ? html`<p>No suite of more than one kernel has had a nightly run.</p>` : ''}
      ${nightlyRuns.map((one) => matrix(context, one))}
    `,
  };
};

function matrix({up}: PageContext, {nightlyRun, results, counted}: Compared): Html {
  const kernels = kernelsOf(results);
  const rows = kernels.map((first) => {
    const cells = kernels.map((second) => {
      if (first === second) return html`<td class="faint">–</td>`;
      const pairs = pair(results, first, second, counted);
      const many = (wanted: Difference): number =>
        pairs.filter(({difference}) => difference === wanted).length;
      const worse = many('only the second fails');
      const dearer = many('the second costs more');
      const more = dearer === 0 ? '' : `, ${dearer} cost more`;
      return html`<td><a href="${up}${paths.compare(first, second)}" aria-label="${words(first)} against ${words(second)}: ${worse} only the second fails${more}">${worse}${more}</a></td>`;
    });
    return html`<tr>
      <th scope="row">${words(first)}</th>
      ${cells}
    </tr>`;
  });
  return html`<h2>${words(nightlyRun.suite)}, ${time(nightlyRun.begun)}</h2>
    <div class="grid">
      ${dataTable('How many scenarios pass on the kernel of the row and fail on that of the column', ['from', ...kernels.map(words)], rows)}
    </div>`;
}

const order: readonly Difference[] = [
  'only the second fails',
  'only the first fails',
  'the second costs more',
  'the second costs less',
  'inconclusive',
  'not in both',
  'both fail',
  'both pass',
];

/** Two kernels, scenario by scenario: first paired, then told apart. */
export const compare =
  (first: string, second: string): PageMaker =>
  async (context) => {
    const found = (await comparable(context.db))
      .map(({nightlyRun, results, counted}) => ({nightlyRun, pairs: pair(results, first, second, counted)}))
      .find(({pairs}) => pairs.some((one) => one.first !== null && one.second !== null));
    if (found === undefined) return undefined;
    const {nightlyRun, pairs} = found;
    const groups = order.map((difference) => pairs.filter((one) => one.difference === difference));
    return {
      title: `${first} → ${second}`,
      data: {nightlyRun, first, second, pairs},
      body: html`
        <p class="faint">${words(nightlyRun.suite)}, ${time(nightlyRun.begun)}</p>
        <ul class="counts">
          ${order.map((difference, index) => html`<li>${groups[index]?.length ?? 0} ${title(difference, first, second)}</li>`)}
        </ul>
        ${filterBox()}
        ${order.map((difference, index) => section(context, title(difference, first, second), groups[index] ?? [], [first, second]))}
      `,
    };
  };

function title(difference: Difference, first: string, second: string): string {
  const words_: Record<Difference, string> = {
    'only the second fails': `only ${second} fails`,
    'only the first fails': `only ${first} fails`,
    'the second costs more': `${second} costs more`,
    'the second costs less': `${second} costs less`,
    inconclusive: 'inconclusive',
    'not in both': 'not in both',
    'both fail': 'both fail',
    'both pass': 'both pass',
  };
  return words(words_[difference]);
}

function section(
  context: PageContext,
  heading: string,
  pairs: readonly Pair[],
  [first, second]: readonly [string, string],
): Html {
  if (pairs.length === 0) return html``;
  const rows = pairs.map((one) => {
    const shown = [one.first, one.second].filter((side) => side !== null);
    const told = [one.second, one.first].find((side) => side?.run != null && side.outcome !== 'pass');
    return html`<tr data-find="${shown.map(find).join(' ')}">
      <td>${words(one.scenario)}${one.variant === plain ? '' : html` <span class="on">variant ${words(one.variant)}</span>`}</td>
      <td>${side(context, one.first)}</td>
      <td>${side(context, one.second)}</td>
      <td class="cause">${words(one.measurements.length > 0 ? one.measurements.map(describeChange).join('; ') : told?.run?.reason)}</td>
    </tr>`;
  });
  return html`<h2>${heading}</h2>
    ${dataTable(`${pairs.length} scenarios`, ['scenario', words(first), words(second), 'cause'], rows)}`;
}

function side({up, hasRun}: PageContext, result: NightlyRunResult | null): Html {
  if (result === null) return html`<span class="faint">not run</span>`;
  const run = result.run?.id;
  return run !== undefined && hasRun(run)
    ? html`<a href="${up}${paths.run(run)}">${badge(result.outcome)}</a>`
    : badge(result.outcome);
}
