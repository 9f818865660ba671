// SPDX-License-Identifier: MIT
import {latestNightlyRuns, nightlyRuns} from '../../results/queries/nightly-runs.ts';
import {type Series, seriesIn} from '../../results/queries/series.ts';
import {changeWords} from '../chart.ts';
import {type Html, dataTable, html, number, words} from '../html.ts';
import {caseLink} from '../links.ts';
import type {PageContext, PageMaker} from '../page.ts';
import {filterBox} from './nightly-run.ts';

/** How many nightly runs are looked at. */
const limit = 60;

/** What runs measured, over time: first what has become another number. */
export const counts: PageMaker = async (context) => {
  const {db} = context;
  const suites = await latestNightlyRuns(db);
  const looked = await Promise.all(suites.map(({suite}) => nightlyRuns(db, {suite, limit, ended: true})));
  const all = (
    await Promise.all(
      looked.map((own) =>
        seriesIn(
          db,
          own.map(({id}) => id),
        ),
      ),
    )
  ).flat();
  const changed = all.filter(({change}) => change !== undefined);
  const names = [...new Set(all.map(({name}) => name))].toSorted();
  return {
    title: 'Counts over time',
    data: {
      names,
      changed: changed.map(({points, ...series}) => series),
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
        `All series of the last ${limit} nightly runs`,
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
  const {scenario, kernel, variant, name, unit, points} = series;
  return html`<tr data-find="${words([scenario, kernel, variant, name].join(' ').toLowerCase())}">
    <td>${caseLink(context, series)}</td>
    <td>${words(name)}</td>
    <td class="number">${number(points.at(-1)?.value ?? 0)} ${words(unit)}</td>
    <td class="number">${points.length}</td>
  </tr>`;
}
