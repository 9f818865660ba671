// SPDX-License-Identifier: MIT
import {health as healthOf} from '../../results/queries/health.ts';
import {dataTable, html, number, time, words} from '../html.ts';
import {paths, runLink} from '../links.ts';
import type {PageMaker} from '../page.ts';

/** How far back it looks, in days. */
const days = 31;

/** The lab itself: its nightly runs, what it failed by, its hosts. None of it says anything of a kernel. */
export const health: PageMaker = async (context) => {
  const since = new Date(context.now.getTime() - days * 24 * 3600 * 1000).toISOString();
  const found = await healthOf(context.db, since);
  const nightlyRuns = found.nightlyRuns.map(({id, suite, begun, ended, state, runs, planned, host}) => {
    const minutes = ended === null ? '' : `${number((Date.parse(ended) - Date.parse(begun)) / 60_000)} min`;
    return html`<tr>
      <td>${state === 'ended' ? html`<a href="${context.up}${paths.nightlyRun(id)}">${words(suite)}</a>` : words(suite)}</td>
      <td>${time(begun)}</td>
      <td>${state === 'abandoned' ? html`<span class="missing">∅ cut short</span>` : state}</td>
      <td class="number">${minutes}</td>
      <td class="number">${runs} of ${planned}</td>
      <td>${words(host)}</td>
    </tr>`;
  });
  const failures = found.failures.map(
    ({title, count, last, run}) => html`<tr>
      <td class="number">${count}</td>
      <td class="cause">${runLink(context, run, title)}</td>
      <td>${time(last)}</td>
    </tr>`,
  );
  const hosts = found.hosts.map(
    ({host, runs, errors, last}) => html`<tr>
      <td>${words(host)}</td>
      <td class="number">${number(runs)}</td>
      <td class="number">${number(errors)}</td>
      <td>${time(last)}</td>
    </tr>`,
  );
  const {rows} = found;
  return {
    title: 'The lab’s own health',
    data: found,
    body: html`
      <p>The last ${days} days. ${number(rows.runs)} runs, ${number(rows.results)} results and ${number(rows.nightlyRuns)} nightly runs are kept.</p>
      ${failures.length === 0 ? html`<p><span class="pass">✓</span> No run was an error of the lab or its host.</p>` : dataTable('What the lab or its host failed by', ['runs', 'cause, without what differs', 'last'], failures)}
      ${dataTable('Nightly runs', ['suite', 'begun', 'state', 'took', 'runs', 'host'], nightlyRuns)}
      ${dataTable('Hosts', ['host', 'runs', 'errors', 'last'], hosts)}
    `,
  };
};
