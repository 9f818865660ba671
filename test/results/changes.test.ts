// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import {advance, type State} from '../../src/results/changes.ts';
import type {Outcome} from '../../src/results/outcome.ts';
import {type Changed, changesIn, type NightlyRun} from './slow-changes.ts';

const word = fc.constantFrom<Outcome | '-'>('pass', 'fail', 'crash', 'known', 'skip', 'error', 'flaky', '-');

testProp(
  'what is carried from one nightly run to the next says the same as looking through all nightly runs',
  [fc.array(fc.tuple(word, word), {minLength: 1, maxLength: 12})],
  (t, words) => {
    const past: NightlyRun[] = [];
    const states = new Map<string, State>();
    for (const [number, pair] of words.entries()) {
      const outcomes = new Map<string, Outcome>(
        pair.flatMap((outcome, index) => (outcome === '-' ? [] : [[`case-${index}`, outcome] as const])),
      );
      past.unshift({begun: String(number), outcomes});
      const first = states.size === 0;
      const told: Changed[] = [];
      const last = Math.max(-1, ...[...states.values()].map((state) => state.last));
      for (const [run, outcome] of outcomes) {
        const {state, changed} = advance(states.get(run), outcome, number, first);
        states.set(run, state);
        if (changed === undefined) continue;
        const {change, since, before} = changed;
        told.push({run, change, since: String(since), ...(before !== undefined && {before: String(before)})});
      }
      for (const [run, state] of states) {
        if (state.last === last && !outcomes.has(run) && last === number - 1)
          told.push({run, change: 'missing', since: String(number), before: String(last)});
      }
      const byRun = (list: readonly Changed[]): readonly Changed[] =>
        list.toSorted((a, b) => (a.run < b.run ? -1 : 1));
      // A first nightly run without any run has no nightly run before it.
      if (words.slice(0, number).some(([a, b]) => a === '-' && b === '-')) return;
      t.deepEqual(byRun(told), byRun(changesIn(past)));
    }
  },
  {numRuns: 2000},
);
