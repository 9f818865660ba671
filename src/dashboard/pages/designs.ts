// SPDX-License-Identifier: MIT
import {sum} from '../../base/sum.ts';
import {plain} from '../../spec/variant.ts';
import {type DesignCell, type DesignRow, designs as designsOf} from '../../results/queries/designs.ts';
import {latestNightlyRuns} from '../../results/queries/nightly-runs.ts';
import {roundBytes} from '../../base/bytes.ts';
import {type Html, dataTable, html, time, words} from '../html.ts';
import {paths} from '../links.ts';
import {sign} from '../outcome-badge.ts';
import type {PageContext, PageMaker} from '../page.ts';
import {filterBox} from './nightly-run.ts';

/** The designs of 2017 side by side: what each made of every scenario, and how much went peer to peer. */
export const designs: PageMaker = async (context) => {
  const nightlyRuns = await Promise.all(
    (await latestNightlyRuns(context.db)).map(async (nightlyRun) => ({
      nightlyRun,
      ...(await designsOf(context.db, nightlyRun.id)),
    })),
  );
  const found = nightlyRuns
    .filter(({kernels}) => kernels.length > 1)
    .toSorted((a, b) => b.kernels.length - a.kernels.length)[0];
  if (found === undefined) {
    return {
      title: 'The designs',
      data: null,
      body: html`<p>No suite of more than one kernel has had a nightly run: <code>./p2plab nightly</code> runs all designs.</p>`,
    };
  }
  const {nightlyRun, kernels, rows} = found;
  return {
    title: 'The designs',
    data: found,
    body: html`
      <p>
        What each kernel made of a scenario, with the bytes that its devices moved:
        <strong>p</strong> peer to peer, <strong>m</strong> by ordinary memory, <strong>lost</strong> to no device.
        From ${words(nightlyRun.suite)}, ${time(nightlyRun.begun)}.
      </p>
      ${summary(kernels, rows)} ${filterBox()}
      ${dataTable(
        'Every scenario on every kernel',
        ['scenario', ...kernels.map(words)],
        rows.map((row) => line(context, row, kernels)),
      )}
    `,
  };
};

function summary(kernels: readonly string[], rows: readonly DesignRow[]): Html {
  const lines = kernels.map((kernel) => {
    const cells = rows.flatMap(({cells: own}) => own[kernel] ?? []);
    const bytesOf = (which: 'peer' | 'hostMemory' | 'lost'): number =>
      sum(cells.map(({bytes}) => bytes?.[which] ?? 0));
    const count = (...outcomes: readonly string[]): number =>
      cells.filter(({result}) => outcomes.includes(result.outcome)).length;
    return html`<tr>
      <th scope="row">${words(kernel)}</th>
      <td class="number">${count('pass')}</td>
      <td class="number">${count('known')}</td>
      <td class="number">${count('fail', 'crash')}</td>
      <td class="number">${roundBytes(bytesOf('peer'))}</td>
      <td class="number">${roundBytes(bytesOf('hostMemory'))}</td>
      <td class="number">${roundBytes(bytesOf('lost'))}</td>
    </tr>`;
  });
  const columns = ['kernel', 'pass', 'known issues', 'fail', 'peer to peer', 'by ordinary memory', 'lost'];
  return dataTable('All scenarios together', columns, lines);
}

function line({up}: PageContext, {scenario, variant, cells}: DesignRow, kernels: readonly string[]): Html {
  const shown = kernels.map((kernel) => {
    const cell = cells[kernel];
    if (cell === undefined) return html`<td></td>`;
    const {caseId, outcome} = cell.result;
    return html`<td><a href="${up}${paths.case(caseId)}">${sign(outcome)}</a> ${bytesOf(cell)}</td>`;
  });
  const outcomes = Object.values(cells).map(({result}) => result.outcome);
  return html`<tr data-find="${words([scenario, variant, ...outcomes].join(' ').toLowerCase())}">
    <th scope="row">${words(scenario)}${variant === plain ? '' : `, ${words(variant)}`}</th>
    ${shown}
  </tr>`;
}

function bytesOf({bytes}: DesignCell): Html {
  if (bytes === undefined) return html``;
  const parts = [
    ...(bytes.peer > 0 ? [`${roundBytes(bytes.peer)} p`] : []),
    ...(bytes.hostMemory > 0 ? [`${roundBytes(bytes.hostMemory)} m`] : []),
    ...(bytes.lost > 0 ? [`${roundBytes(bytes.lost)} lost`] : []),
  ];
  return html`<span class="faint">${parts.join(', ')}</span>`;
}
