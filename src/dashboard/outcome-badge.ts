// SPDX-License-Identifier: MIT
import type {Change} from '../results/changes.ts';
import type {Outcome} from '../results/outcome.ts';
import {type Html, html} from './html.ts';

/** An outcome as a sign and a word, so that no colour is needed to tell them apart. */
export const signs = {
  pass: {sign: '✓', word: 'pass'},
  known: {sign: '≈', word: 'known issue'},
  skip: {sign: '–', word: 'skip'},
  flaky: {sign: '∿', word: 'flaky'},
  fail: {sign: '✗', word: 'fail'},
  crash: {sign: '‼', word: 'crash'},
  error: {sign: '?', word: 'lab error'},
  missing: {sign: '∅', word: 'missing'},
} as const satisfies Record<Outcome | 'missing', {readonly sign: string; readonly word: string}>;

/** What somebody looks at first. */
export const worstFirst = ['crash', 'fail', 'flaky', 'missing', 'error', 'known', 'skip', 'pass'] as const;

/** A sign with its word. */
export function badge(outcome: Outcome | 'missing'): Html {
  const {sign, word} = signs[outcome];
  return html`<span class="badge ${outcome}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

/** The sign alone; its word is read to those who do not see it. */
export function sign(outcome: Outcome | 'missing'): Html {
  const {sign: shown, word} = signs[outcome];
  return html`<span class="sign ${outcome}" role="img" aria-label="${word}">${shown}</span>`;
}

/** What has changed, as a word. */
export function changeWord(change: Change): Html {
  return html`<span class="change ${change.replace(' ', '-')}">${change}</span>`;
}

/** `34 pass, 1 fail`, the worst first. */
export function countWords(outcomes: readonly (Outcome | 'missing')[]): Html {
  const counts = worstFirst.flatMap((outcome) => {
    const count = outcomes.filter((one) => one === outcome).length;
    return count === 0 ? [] : [html`<li>${count} ${badge(outcome)}</li>`];
  });
  return html`<ul class="counts">
    ${counts}
  </ul>`;
}
