// SPDX-License-Identifier: MIT
import {flakes as flakesOf, soundAfter} from '../../results/queries/flakes.ts';
import {dataTable, html, time} from '../html.ts';
import {caseLink, runLink} from '../links.ts';
import type {PageMaker} from '../page.ts';

/** What went two ways in one nightly run, how often, and how long it has been sound since. */
export const flakes: PageMaker = async (context) => {
  const found = await flakesOf(context.db, context.now);
  const rows = found.map(
    (flake) => html`<tr>
      <td>${caseLink(context, flake)}</td>
      <td class="number">${flake.day}</td>
      <td class="number">${flake.threeDays}</td>
      <td class="number">${flake.week}</td>
      <td class="number">${flake.month}</td>
      <td class="number">${flake.nightlyRuns}</td>
      <td>${flake.passes >= soundAfter ? html`<span class="pass">✓ sound again, ${flake.passes} passes</span>` : html`${flake.passes} of ${soundAfter} passes`}</td>
      <td>${runLink(context, flake.run, flake.last.slice(0, 10))} ${time(flake.last)}</td>
    </tr>`,
  );
  const columns = ['what', 'a day', '3 days', 'a week', 'a month', 'nightly runs', 'since then', 'last'];
  return {
    title: 'Flakes',
    data: found,
    body:
      found.length === 0
        ? html`<p>Nothing was flaky within a month.</p>`
        : html`<p>
              What failed and then passed, or the other way round, in one nightly run. It is never told as a regression, and
              never hidden: ${soundAfter} passes one after the other make it sound again.
            </p>
            ${dataTable('How often each was flaky', columns, rows)}`,
  };
};
