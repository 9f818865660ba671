// SPDX-License-Identifier: MIT
import {plain} from '../../spec/variant.ts';
import {
  latestNightlyRuns,
  type NightlyRunResult,
  type NightlyRunSummary,
  resultsOf,
} from '../../results/queries/nightly-runs.ts';
import {type Html, html, time, words} from '../html.ts';
import {paths} from '../links.ts';
import {sign, signs, worstFirst} from '../outcome-badge.ts';
import type {PageContext, PageMaker} from '../page.ts';
import {filterBox, find} from './nightly-run.ts';

/** Scenarios by kernels, as the latest nightly run of each suite left them. */
export const grid: PageMaker = async (context) => {
  const latest = await latestNightlyRuns(context.db);
  const grids = await Promise.all(
    latest.map(async (nightlyRun) => ({nightlyRun, results: await resultsOf(context.db, nightlyRun.id)})),
  );
  return {
    title: 'Grid',
    data: grids,
    body: html`
      <p class="faint">
        ${worstFirst.map((outcome) => html`${sign(outcome)} ${signs[outcome].word}&ensp;`)} · bold: it changed
        the latest nightly run
      </p>
      ${filterBox()} ${grids.map((one) => section(context, one.nightlyRun, one.results))}
    `,
  };
};

function section(
  context: PageContext,
  nightlyRun: NightlyRunSummary,
  results: readonly NightlyRunResult[],
): Html {
  const columns = [...new Set(results.map(columnOf))];
  const rows = [
    ...Map.groupBy(results, ({scenario, topology}) => JSON.stringify([scenario, topology])).values(),
  ];
  return html`<section>
    <h2><a href="${context.up}${paths.nightlyRun(nightlyRun.id)}">${nightlyRun.suite}</a>, ${time(nightlyRun.begun)}</h2>
    <div class="scroll">
      <table class="grid">
        <caption>
          ${rows.length} scenarios on ${columns.length} kernels
        </caption>
        <thead>
          <tr>
            <th scope="col">scenario</th>
            ${columns.map((column) => html`<th scope="col">${words(column)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((own) => row(context, own, columns))}
        </tbody>
      </table>
    </div>
  </section>`;
}

const columnOf = ({kernel, variant}: NightlyRunResult): string =>
  variant === plain ? kernel : `${kernel}, ${variant}`;

function row(context: PageContext, own: readonly NightlyRunResult[], columns: readonly string[]): Html {
  const [first] = own;
  const cells = columns.map((column) => {
    const result = own.find((one) => columnOf(one) === column);
    return html`<td>${result === undefined ? '' : cell(context, result)}</td>`;
  });
  return html`<tr data-find="${own.map(find).join(' ')}">
    <th scope="row">${words(first?.scenario)}</th>
    ${cells}
  </tr>`;
}

function cell({up}: PageContext, {caseId, outcome, change, run}: NightlyRunResult): Html {
  const shown = change === null ? sign(outcome) : html`<strong>${sign(outcome)}</strong>`;
  const title = [change ?? '', words(run?.reason)].filter((text) => text !== '').join(': ');
  return html`<a href="${up}${paths.case(caseId)}" title="${title}">${shown}</a>`;
}
