// SPDX-License-Identifier: MIT
import {listRuns} from '../../results/queries/list.ts';
import {dataTable, html, time, words} from '../html.ts';
import {caseLink, runLink} from '../links.ts';
import {badge} from '../outcome-badge.ts';
import type {PageMaker} from '../page.ts';

/** All that failed in one way, wherever it did. */
export const failure =
  (fingerprint: string): PageMaker =>
  async (context) => {
    const {db} = context;
    const kind = await db
      .selectFrom('fingerprints')
      .selectAll()
      .where('key', '=', fingerprint)
      .executeTakeFirst();
    if (kind === undefined) return undefined;
    const runs = await listRuns(db, {fingerprint, limit: 200});
    const rows = runs.map(
      (run) => html`<tr>
        <td>${badge(run.verdict)}</td>
        <td>${caseLink(context, run)}</td>
        <td>${time(run.begun)}</td>
        <td class="cause">${runLink(context, run.id, run.reason)}</td>
      </tr>`,
    );
    const cases = new Set(runs.map(({caseId}) => caseId)).size;
    return {
      title: `Failures of one kind (${kind.verdict})`,
      data: {...kind, runs},
      body: html`<p class="lead">${words(kind.title)}</p>
        <p>${runs.length === 200 ? 'The newest 200' : runs.length} runs of ${cases} ${cases === 1 ? 'case' : 'cases'}; the first of them ${time(runs.at(-1)?.begun ?? '')}.</p>
        ${dataTable('The newest first', ['verdict', 'what', 'begun', 'cause'], rows)}`,
    };
  };
