// SPDX-License-Identifier: MIT
import {plain} from '../spec/variant.ts';
import type {PageContext} from './page.ts';
import {type Html, html, words} from './html.ts';

/** Where pages are, from the first one. A name of the user's may hold anything, so it is spelt in safe letters. */
export const paths = {
  nightlyRun: (id: number) => `nightly/${id}.html`,
  case: (id: number) => `case/${id}.html`,
  run: (id: number) => `run/${id}.html`,
  failure: (fingerprint: string) => `failure/${fingerprint}.html`,
  compare: (first: string, second: string) => `compare/${spell(first)}..${spell(second)}.html`,
  file: (run: number, name: string) => `files/${run}/${name.split('/').map(encodeURIComponent).join('/')}`,
} as const;

/** Letters, digits and `-` stay; of all else each byte becomes `_` and two hexadecimal digits. */
export function spell(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9-]/.test(letter) ? letter : `_${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** The name that {@link spell} spelt; undefined for what it never does. */
export function unspell(spelt: string): string | undefined {
  if (!/^([A-Za-z0-9-]|_[0-9a-f]{2})*$/.test(spelt)) return undefined;
  const bytes = [...spelt.matchAll(/_([0-9a-f]{2})|[^_]/g)].map(([whole, code]) =>
    code === undefined ? whole.charCodeAt(0) : Number.parseInt(code, 16),
  );
  const name = Buffer.from(bytes).toString();
  return spell(name) === spelt ? name : undefined;
}

/** A link to a run's page, or its words alone where there is none. */
export function runLink({up, hasRun}: PageContext, run: number | null, text: string): Html {
  if (run === null || !hasRun(run)) return html`${words(text)}`;
  return html`<a href="${up}${paths.run(run)}">${words(text)}</a>`;
}

/** `nvme-copy on switch`: a link to a case's history. */
export function caseLink(
  {up}: PageContext,
  {caseId, scenario, kernel, variant}: {caseId: number; scenario: string; kernel: string; variant: string},
): Html {
  const place = variant === plain ? kernel : `${kernel}, variant ${variant}`;
  return html`<a href="${up}${paths.case(caseId)}">${words(scenario)}</a> <span class="on">on ${words(place)}</span>`;
}
