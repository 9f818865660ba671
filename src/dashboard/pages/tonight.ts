// SPDX-License-Identifier: MIT
import {countedChanges} from '../../results/queries/counted.ts';
import {latestNights, nights, nightOf} from '../../results/queries/night.ts';
import {standingWords} from '../../results/standing.ts';
import {html, number, time} from '../html.ts';
import {paths} from '../links.ts';
import type {PageMaker} from '../page.ts';
import {nightBody} from './night.ts';

/** After this many hours without an end a nightly suite is late, and the page says so. */
const late = 36;

/** The first page: what the newest night of each suite has changed, what fails now, and why. */
export const tonight: PageMaker = async (context) => {
  const {db, up, now} = context;
  const latest = await latestNights(db);
  const found = latest.map(async ({id}) => {
    const [night, counted] = await Promise.all([nightOf(db, id), countedChanges(db, id)]);
    return night && {...night, counted};
  });
  const whole = (await Promise.all(found)).filter((night) => night !== undefined);
  const running = await nights(db, {most: 20, state: 'running'});
  const hours = (iso: string): number => (now.getTime() - new Date(iso).getTime()) / 3_600_000;
  const [newest] = latest;
  const stale = newest !== undefined && hours(newest.ended ?? newest.begun) > late;
  return {
    title:
      whole.length === 0
        ? 'Tonight'
        : standingWords(
            whole.flatMap(({results}) => results),
            whole.flatMap(({counted}) => counted),
          ),
    data: {nights: whole, running, stale},
    body: html`
      ${stale ? html`<p class="alert">The newest night ended ${number(hours(newest.ended ?? newest.begun))} hours ago: is the lab running? See <a href="${up}health.html">its health</a>.</p>` : ''}
      ${running.map(
        ({suite, begun, runs, planned}) =>
          html`<p class="alert">${suite} is running since ${time(begun)}: ${runs} of ${planned} runs.</p>`,
      )}
      ${whole.length === 0 ? html`<p class="lead">No night has ended yet. <code>./p2plab nightly</code> runs one.</p>` : ''}
      ${whole.map(
        (night) => html`
          <section>
            <h2><a href="${up}${paths.night(night.id)}">${night.suite}</a>, ${time(night.begun)}</h2>
            ${nightBody(context, night, night.counted)}
          </section>
        `,
      )}
    `,
  };
};
