// SPDX-License-Identifier: MIT
import {plain} from '../../spec/variant.ts';
import {repeatCommand} from '../../results/repeat.ts';
import {historyOf, type History, type PastResult} from '../../results/queries/history.ts';
import {seriesOf} from '../../results/queries/series.ts';
import {chart} from '../chart.ts';
import {type Html, dataTable, html, time, words} from '../html.ts';
import {runLink} from '../links.ts';
import {badge, changeWord, sign} from '../outcome-badge.ts';
import type {PageContext, PageMaker} from '../page.ts';

/** How a case went from one nightly run to the next: a strip, since when, what it measured, and its newest runs. */
export const history =
  (caseId: number): PageMaker =>
  async (context) => {
    const found = await historyOf(context.db, caseId);
    if (found === undefined) return undefined;
    const series = await seriesOf(context.db, caseId);
    const {scenario, kernel, variant, topology} = found;
    const again = repeatCommand({scenario, kernel, variant}) ?? '(its files are gone)';
    return {
      title: `${scenario} on ${kernel}${variant === plain ? '' : `, variant ${variant}`}`,
      data: {...found, series},
      body: html`
        ${verdictLine(found)}
        <dl>
          <dt>topology</dt>
          <dd>${words(topology)}</dd>
          <dt>again</dt>
          <dd><code>${words(again)}</code></dd>
        </dl>
        ${
          found.nightlyRuns.length === 0
            ? ''
            : html`<h2>Nightly runs</h2>
              <p class="strip" aria-label="Outcomes, the newest first">${found.nightlyRuns.slice(0, 120).map((past) => runMark(context, past))}</p>
              ${nightlyRunsTable(context, found.nightlyRuns)}`
        }
        ${series.length === 0 ? '' : html`<h2>Measured</h2>`} ${series.map(chart)}
        <h2>Newest runs</h2>
        ${dataTable(
          'Attempts and single runs among them',
          ['verdict', 'begun', 'time', 'cause'],
          found.runs.map(
            ({id, verdict, begun, duration, reason}) => html`<tr>
              <td>${badge(verdict)}</td>
              <td>${time(begun)}</td>
              <td class="number">${(duration / 1000).toFixed(1)} s</td>
              <td class="cause">${runLink(context, id, reason)}</td>
            </tr>`,
          ),
        )}
      `,
    };
  };

/** `Fails since …, passed for the last time …`. */
function verdictLine({nightlyRuns}: History): Html {
  const telling = nightlyRuns.filter(({outcome}) => !['skip', 'error', 'flaky', 'missing'].includes(outcome));
  const [newest] = telling;
  if (newest === undefined) return html`<p class="lead">No nightly run has said anything of it yet.</p>`;
  const other = telling.findIndex(({outcome}) => standing(outcome) !== standing(newest.outcome));
  const first = telling[other === -1 ? telling.length - 1 : other - 1] ?? newest;
  const last = telling[other];
  const nightlyRunsSince = other === -1 ? telling.length : other;
  return html`<p class="lead">
    ${standing(newest.outcome)} since ${time(first.begun)} (${nightlyRunsSince} ${nightlyRunsSince === 1 ? 'nightly run' : 'nightly runs'})${last === undefined ? '.' : html`; before that, ${time(last.begun)}: ${badge(last.outcome)}.`}
  </p>`;
}

function standing(outcome: PastResult['outcome']): string {
  if (outcome === 'pass') return 'Passes';
  return outcome === 'known' ? 'Fails by a known issue' : 'Fails';
}

function runMark({up, hasRun}: PageContext, {outcome, run}: PastResult): Html {
  return run !== null && hasRun(run)
    ? html`<a href="${up}run/${run}.html">${sign(outcome)}</a> `
    : html`${sign(outcome)} `;
}

function nightlyRunsTable(context: PageContext, nightlyRuns: readonly PastResult[]): Html {
  // What is as in the previous nightly run needs no line.
  const told = nightlyRuns.filter(
    ({outcome, change}, index) => change !== null || outcome !== nightlyRuns[index + 1]?.outcome,
  );
  const rows = told.slice(0, 40).map(
    ({outcome, change, begun, suite, run, reason, attempts}) => html`<tr>
      <td>${time(begun)}</td>
      <td>${badge(outcome)}</td>
      <td>${change === null ? '' : changeWord(change)}</td>
      <td>${words(suite)}</td>
      <td class="number">${attempts}</td>
      <td class="cause">${runLink(context, run, reason ?? '')}</td>
    </tr>`,
  );
  return dataTable(
    'Nightly runs in which it changed',
    ['nightly run', 'outcome', 'change', 'suite', 'attempts', 'cause'],
    rows,
  );
}
