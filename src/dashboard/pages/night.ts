// SPDX-License-Identifier: MIT
import {type Night, nightOf, type NightResult} from '../../results/queries/night.ts';
import {type Html, dataTable, html, time, words} from '../html.ts';
import {caseLink, paths, runLink} from '../links.ts';
import {badge, changeWord, countWords} from '../outcome-badge.ts';
import type {PageContext, PageMaker} from '../page.ts';

/** A night: what it changed, then all that is not as it should be, then its numbers. */
export const night =
  (id: number): PageMaker =>
  async (context) => {
    const found = await nightOf(context.db, id);
    if (found === undefined) return undefined;
    return {
      title: `${found.suite}, ${found.begun.slice(0, 16).replace('T', ' ')}`,
      data: found,
      body: html`${nightBody(context, found)} ${everything(context, found.results)}`,
    };
  };

const order = ['broke', 'missing', 'fixed', 'new', 'still bad'] as const;

/** What changed and why, failures of one kind together; what needs no eye is a number. */
export function nightBody(context: PageContext, {results, host, planned, runs}: Night): Html {
  const changed = order.flatMap((change) => results.filter((result) => result.change === change));
  const unsettled = results.filter(({outcome}) => outcome === 'flaky' || outcome === 'error');
  return html`
    ${countWords(results.map(({outcome}) => outcome))}
    ${
      changed.length === 0
        ? html`<p>Nothing has changed since the nights before.</p>`
        : dataTable(
            'What changed',
            ['change', 'what', 'now', 'since', 'cause'],
            changed.map((result) => row(context, result)),
          )
    }
    ${kinds(context, changed)}
    ${
      unsettled.length === 0
        ? ''
        : dataTable(
            'What says nothing of a kernel: flakes, and errors of the lab or its host',
            ['', 'what', 'now', 'since', 'cause'],
            unsettled.map((result) => row(context, result)),
          )
    }
    <p class="faint">${runs} runs for ${planned} planned, on ${words(host)}.</p>
  `;
}

function row(context: PageContext, result: NightResult): Html {
  const {change, outcome, since, before, run, attempts} = result;
  const word = change === 'fixed' ? 'bad' : change === 'missing' ? 'there' : 'good';
  const last = before === null ? '' : html`<span class="faint">last ${word}</span> ${time(before)}`;
  const begun = change === 'still bad' && since !== null ? html`${time(since)}<br />` : '';
  return html`<tr>
    <td>${change === null ? '' : changeWord(change)}</td>
    <td>${caseLink(context, result)}</td>
    <td>${badge(outcome)}${attempts > 1 ? html` <span class="faint">${attempts} attempts</span>` : ''}</td>
    <td>${begun}${last}</td>
    <td class="cause">${run === null ? '' : runLink(context, run.id, run.reason)}</td>
  </tr>`;
}

/** Failures of one kind in several cases: one cause, told once. */
function kinds({up}: PageContext, changed: readonly NightResult[]): Html {
  const groups = [...Map.groupBy(changed, ({run}) => run?.fingerprint ?? '')].filter(
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

function everything(context: PageContext, results: readonly NightResult[]): Html {
  const rows = results.map(
    (result) => html`<tr data-find="${find(result)}">
      <td>${badge(result.outcome)}</td>
      <td>${caseLink(context, result)}</td>
      <td class="cause">${result.run === null ? '' : runLink(context, result.run.id, result.run.reason)}</td>
    </tr>`,
  );
  return html`<h2>All of it</h2>
    ${filterBox()} ${dataTable('Every result of this night', ['outcome', 'what', 'cause'], rows)}`;
}

/** What a row is found by. */
export function find({outcome, change, scenario, topology, lane, kernel}: NightResult): string {
  return words([outcome, change ?? '', scenario, topology, lane, kernel].join(' ').toLowerCase());
}

/** The box that filters rows; what is typed is in the URL, so that a view can be sent. */
export function filterBox(): Html {
  return html`<div class="filter">
    <label for="filter">Filter</label>
    <input id="filter" type="search" placeholder="switch iommu -pass" autocomplete="off" />
    <span class="faint" data-shown aria-live="polite"></span>
  </div>`;
}
