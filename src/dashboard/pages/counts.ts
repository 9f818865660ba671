// SPDX-License-Identifier: MIT
import {latestNights, resultsOf} from '../../results/queries/night.ts';
import {measurementNames, type Series, seriesOf} from '../../results/queries/series.ts';
import {changeWords} from '../chart.ts';
import {type Html, dataTable, html, number, words} from '../html.ts';
import {caseLink} from '../links.ts';
import type {PageContext, PageMaker} from '../page.ts';
import {filterBox} from './night.ts';

/** What runs measured, over time: first what has become another number. */
export const counts: PageMaker = async (context) => {
  const {db} = context;
  const cases = new Set<number>();
  for (const {id} of await latestNights(db))
    for (const {caseId} of await resultsOf(db, id)) cases.add(caseId);
  const all = (await Promise.all([...cases].map((caseId) => seriesOf(db, caseId, 100)))).flat();
  const changed = all.filter(({change}) => change !== undefined);
  const names = await measurementNames(db);
  return {
    title: 'Counts over time',
    data: {
      names,
      changed: changed.map(({points: _points, ...series}) => series),
      newest: all.map(({points, ...series}) => ({...series, last: points.at(-1)})),
    },
    body: html`
      <p>
        Numbers that runs gave: ${words(names.join(', '))}. A series has changed where its level moved by several times
        its own scatter; each case’s page draws its own.
      </p>
      ${
        changed.length === 0
          ? html`<p>No series has changed its level.</p>`
          : dataTable(
              'Series that have changed',
              ['what', 'measurement', 'change'],
              changed.map((one) => changedRow(context, one)),
            )
      }
      ${filterBox()}
      ${dataTable(
        'All series of the newest nights',
        ['what', 'measurement', 'newest', 'runs'],
        all.map((one) => newestRow(context, one)),
      )}
    `,
  };
};

function changedRow(context: PageContext, series: Series): Html {
  return html`<tr>
    <td>${caseLink(context, series)}</td>
    <td>${words(series.name)}</td>
    <td>${words(changeWords(series).replace(/^ · /, ''))}</td>
  </tr>`;
}

function newestRow(context: PageContext, series: Series): Html {
  const {scenario, kernel, lane, name, unit, points} = series;
  return html`<tr data-find="${words([scenario, kernel, lane, name].join(' ').toLowerCase())}">
    <td>${caseLink(context, series)}</td>
    <td>${words(name)}</td>
    <td class="number">${number(points.at(-1)?.value ?? 0)} ${words(unit)}</td>
    <td class="number">${points.length}</td>
  </tr>`;
}
