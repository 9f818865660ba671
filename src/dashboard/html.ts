// SPDX-License-Identifier: MIT
import {html, raw} from 'hono/html';
import {printable} from '../results/describe.ts';

/** Markup that is safe to show: what is put into `html` templates is escaped. */
export type Html = ReturnType<typeof html>;

export {html, raw};

/** The longest that a guest's words are shown, in characters. */
const longest = 4000;

/** Words that may have come from a guest: on one line, without control characters; `html` escapes the rest. */
export function words(text: string | null | undefined): string {
  const shown = text ?? '';
  return printable(shown.length > longest ? `${shown.slice(0, longest)}…` : shown);
}

/** `2026-11-28 07:42`, in UTC. */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`;
}

/** `1,234`. */
export function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A table with a caption for those who cannot see where it stands; rows are `<tr>`s. */
export function dataTable(caption: string, columns: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
