// SPDX-License-Identifier: MIT
import {mapCostChanges} from '../../results/queries/map-cost-changes.ts';
import {latestNightlyRuns, nightlyRuns, nightlyRunOf} from '../../results/queries/nightly-runs.ts';
import {standingWords} from '../../results/standing.ts';
import {html, number, time} from '../html.ts';
import {paths} from '../links.ts';
import type {PageMaker} from '../page.ts';
import {nightlyRunBody} from './nightly-run.ts';

/** After this many hours without an end a nightly suite is late, and the page says so. */
const late = 36;

/** The first page: what the latest nightly run of each suite has changed, what fails now, and why. */
export const latestPage: PageMaker = async (context) => {
  const {db, up, now} = context;
  const latest = await latestNightlyRuns(db);
  const found = latest.map(async ({id}) => {
    const [nightlyRun, counted] = await Promise.all([nightlyRunOf(db, id), mapCostChanges(db, id)]);
    return nightlyRun && {...nightlyRun, counted};
  });
  const whole = (await Promise.all(found)).filter((nightlyRun) => nightlyRun !== undefined);
  const running = await nightlyRuns(db, {limit: 20, state: 'running'});
  const hours = (iso: string): number => (now.getTime() - new Date(iso).getTime()) / 3_600_000;
  const [newest] = latest;
  const stale = newest !== undefined && hours(newest.ended ?? newest.begun) > late;
  return {
    title:
      whole.length === 0
        ? 'Latest nightly run'
        : standingWords(
            whole.flatMap(({results}) => results),
            whole.flatMap(({counted}) => counted),
          ),
    data: {nightlyRuns: whole, running, stale},
    body: html`
      ${stale ? html`<p class="alert">The latest nightly run ended ${number(hours(newest.ended ?? newest.begun))} hours ago: is the lab running? See <a href="${up}health.html">its health</a>.</p>` : ''}
      ${running.map(
        ({suite, begun, runs, planned}) =>
          html`<p class="alert">${suite} is running since ${time(begun)}: ${runs} of ${planned} runs.</p>`,
      )}
      ${whole.length === 0 ? html`<p class="lead">No nightly run has ended yet. <code>./p2plab nightly</code> runs one.</p>` : ''}
      ${whole.map(
        (nightlyRun) => html`
          <section>
            <h2><a href="${up}${paths.nightlyRun(nightlyRun.id)}">${nightlyRun.suite}</a>, ${time(nightlyRun.begun)}</h2>
            ${nightlyRunBody(context, nightlyRun, nightlyRun.counted)}
          </section>
        `,
      )}
    `,
  };
};
