// SPDX-License-Identifier: MIT
import {judged} from '../helpers/findings.ts';
import test from 'ava';
import {measurementsOf} from '../../src/results/measurements.ts';
import type {StepRecord} from '../../src/scenario/record.ts';

const step: StepRecord = {
  ...{title: 'count', verb: 'count', ...judged('pass', ''), durationMs: 1},
  ...{ledger: [], checks: [], guest: []},
  measurements: [{name: 'map-page', unit: 'instructions', value: 76}],
};

test('what steps measured is followed, and of two that measure the same the second has another name', (t) => {
  t.deepEqual(measurementsOf({durationMs: 5, steps: [step, step]}), [
    {name: 'duration', unit: 'ms', value: 5},
    {name: 'map-page', unit: 'instructions', value: 76},
    {name: 'map-page (2)', unit: 'instructions', value: 76},
  ]);
});
