// SPDX-License-Identifier: MIT
import {describeChange} from '../../results/measured-change.ts';
import {type MapCostChange, mapCostChanges} from '../../results/queries/map-cost-changes.ts';
import {type NightlyRun, nightlyRunOf, type NightlyRunResult} from '../../results/queries/nightly-runs.ts';
import {type Standing, standingOf} from '../../results/standing.ts';
import {type Html, dataTable, html, time, words} from '../html.ts';
import {caseLink, paths, runLink} from '../links.ts';
import {badge, changeWord, countWords} from '../outcome-badge.ts';
import type {PageContext, PageMaker} from '../page.ts';

/** A nightly run: what it changed, then all that is not as it should be, then its numbers. */
export const nightlyRun =
  (id: number): PageMaker =>
  async (context) => {
    const [found, counted] = await Promise.all([
      nightlyRunOf(context.db, id),
      mapCostChanges(context.db, id),
    ]);
    if (found === undefined) return undefined;
    return {
      title: `${found.suite}, ${found.begun.slice(0, 16).replace('T', ' ')}`,
      data: {...found, counted},
      body: html`${nightlyRunBody(context, found, counted)} ${everything(context, found.results)}`,
    };
  };

/** What changed, then what fails now, each with its cause, failures of one kind together; what needs no eye is a number. */
export function nightlyRunBody(
  context: PageContext,
  {results, host, planned, runs}: NightlyRun,
  counted: readonly MapCostChange[],
): Html {
  const {changed, failing, known, unsettled} = standingOf(results);
  const columns = ['change', 'what', 'now', 'since', 'cause'];
  const rows = (some: readonly NightlyRunResult[]): readonly Html[] =>
    some.map((result) => row(context, result));
  return html`
    ${countWords(results.map(({outcome}) => outcome))}
    ${
      changed.length === 0
        ? html`<p>No verdict has changed since earlier nightly runs.</p>`
        : dataTable('What changed', columns, rows(changed))
    }
    ${costs(context, counted)}
    ${
      failing.length === 0
        ? html`<p>Nothing fails${known.size === 0 ? '' : ', apart from known issues'}.</p>`
        : html`${dataTable('What fails now', columns, rows(failing))} ${kinds(context, failing)}`
    }
    ${
      unsettled.length === 0
        ? ''
        : dataTable(
            'What says nothing of a kernel: flakes, and errors of the lab or its host',
            ['', ...columns.slice(1)],
            rows(unsettled),
          )
    }
    ${issues(context, known)}
    <p class="faint">${runs} runs for ${planned} planned, on ${words(host)}.</p>
  `;
}

/** What a nightly run counted otherwise than the last one. */
function costs(context: PageContext, counted: readonly MapCostChange[]): Html {
  if (counted.length === 0) return html``;
  return dataTable(
    'What costs more or less than in the previous nightly run',
    ['what', 'last counted', 'change'],
    counted.map(
      (one) => html`<tr>
        <td>${caseLink(context, one)}</td>
        <td>${time(one.before)}</td>
        <td class="cause">${words(one.changes.map(describeChange).join('; '))}</td>
      </tr>`,
    ),
  );
}

/** Known issues, counted and named, each with a run that shows it. */
function issues(context: PageContext, known: Standing['known']): Html {
  if (known.size === 0) return html``;
  return dataTable(
    'Known issues, which need no eye',
    ['issue', 'results', 'for one'],
    [...known].map(([name, own]) => {
      const run = own[0]?.run;
      return html`<tr>
        <td><code>${words(name)}</code></td>
        <td class="number">${own.length}</td>
        <td class="cause">${run == null ? '' : runLink(context, run.id, run.reason)}</td>
      </tr>`;
    }),
  );
}

function row(context: PageContext, result: NightlyRunResult): Html {
  const {change, outcome, since, before, run, attempts} = result;
  const word = change === 'fixed' ? 'bad' : change === 'missing' ? 'there' : 'good';
  const last = before === null ? '' : html`<span class="faint">last ${word}</span> ${time(before)}`;
  const begun =
    (change === 'still bad' || change === 'broke') && since !== null ? html`${time(since)}<br />` : '';
  return html`<tr>
    <td>${change === null ? '' : changeWord(change)}</td>
    <td>${caseLink(context, result)}</td>
    <td>${badge(outcome)}${attempts > 1 ? html` <span class="faint">${attempts} attempts</span>` : ''}</td>
    <td>${begun}${last}</td>
    <td class="cause">${run === null ? html`<span class="faint">${outcome === 'missing' ? 'not run' : 'its run is no longer kept'}</span>` : runLink(context, run.id, run.reason)}</td>
  </tr>`;
}

/** Failures of one kind in several cases: one cause, told once. */
function kinds({up}: PageContext, failing: readonly NightlyRunResult[]): Html {
  const groups = [...Map.groupBy(failing, ({run}) => run?.fingerprint ?? '')].filter(
    ([key, own]) => key !== '' && own.length > 1,
  );
  if (groups.length === 0) return html``;
  return html`<p>
    ${groups.map(
      ([key, own]) =>
        html`<a href="${up}${paths.failure(key)}">${own.length} of these fail in one way</a>: ${words(own[0]?.run?.reason)}<br />`,
    )}
  </p>`;
}

function everything(context: PageContext, results: readonly NightlyRunResult[]): Html {
  const rows = results.map(
    (result) => html`<tr data-find="${find(result)}">
      <td>${badge(result.outcome)}</td>
      <td>${caseLink(context, result)}</td>
      <td class="cause">${result.run === null ? '' : runLink(context, result.run.id, result.run.reason)}</td>
    </tr>`,
  );
  return html`<h2>All of it</h2>
    ${filterBox()} ${dataTable('Every result of this nightly run', ['outcome', 'what', 'cause'], rows)}`;
}

/** What a row is found by. */
export function find({outcome, change, scenario, topology, variant, kernel}: NightlyRunResult): string {
  return words([outcome, change ?? '', scenario, topology, variant, kernel].join(' ').toLowerCase());
}

/** The box that filters rows; what is typed is in the URL, so that a view can be sent. */
export function filterBox(): Html {
  return html`<div class="filter">
    <label for="filter">Filter</label>
    <input id="filter" type="search" placeholder="switch iommu -pass" autocomplete="off" />
    <span class="faint" data-shown aria-live="polite"></span>
  </div>`;
}
