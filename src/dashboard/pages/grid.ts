// SPDX-License-Identifier: MIT
import {plain} from '../../spec/variant.ts';
import {latestNights, type NightResult, type NightSummary, resultsOf} from '../../results/queries/night.ts';
import {type Html, html, time, words} from '../html.ts';
import {paths} from '../links.ts';
import {sign, signs, worstFirst} from '../outcome-badge.ts';
import type {PageContext, PageMaker} from '../page.ts';
import {filterBox, find} from './night.ts';

/** Scenarios by kernels, as the newest night of each suite left them. */
export const grid: PageMaker = async (context) => {
  const latest = await latestNights(context.db);
  const grids = await Promise.all(
    latest.map(async (night) => ({night, results: await resultsOf(context.db, night.id)})),
  );
  return {
    title: 'Grid',
    data: grids,
    body: html`
      <p class="faint">
        ${worstFirst.map((outcome) => html`${sign(outcome)} ${signs[outcome].word}&ensp;`)} · bold: it changed
        tonight
      </p>
      ${filterBox()} ${grids.map((one) => section(context, one.night, one.results))}
    `,
  };
};

function section(context: PageContext, night: NightSummary, results: readonly NightResult[]): Html {
  const columns = [...new Set(results.map(columnOf))];
  const rows = [
    ...Map.groupBy(results, ({scenario, topology}) => JSON.stringify([scenario, topology])).values(),
  ];
  return html`<section>
    <h2><a href="${context.up}${paths.night(night.id)}">${night.suite}</a>, ${time(night.begun)}</h2>
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

const columnOf = ({kernel, variant}: NightResult): string =>
  variant === plain ? kernel : `${kernel}, ${variant}`;

function row(context: PageContext, own: readonly NightResult[], columns: readonly string[]): Html {
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

function cell({up}: PageContext, {caseId, outcome, change, run}: NightResult): Html {
  const shown = change === null ? sign(outcome) : html`<strong>${sign(outcome)}</strong>`;
  const title = [change ?? '', words(run?.reason)].filter((text) => text !== '').join(': ');
  return html`<a href="${up}${paths.case(caseId)}" title="${title}">${shown}</a>`;
}
