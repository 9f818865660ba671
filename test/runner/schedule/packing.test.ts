// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {type Load, nextToRun} from '../../../src/runner/schedule/packing.ts';

const load = fc.record({cpus: fc.integer({min: 1, max: 8}), memory: fc.integer({min: 1, max: 64})});

testProp(
  'a host bears what runs on it, but for what is too large alone; and all is run, each once',
  [fc.array(load, {maxLength: 30}), load, fc.infiniteStream(fc.nat(99))],
  (t, loads, host, ends) => {
    const waiting = loads.map((each, id) => ({...each, id}));
    const running: (Load & {id: number})[] = [];
    const done: number[] = [];
    while (done.length < loads.length) {
      const next = nextToRun(waiting, running, host);
      if (next === undefined) {
        t.true(running.length > 0, 'nothing runs, and nothing is begun');
        const [ended] = running.splice((ends.next().value ?? 0) % running.length, 1);
        if (ended !== undefined) done.push(ended.id);
        continue;
      }
      const [begun] = waiting.splice(next, 1);
      if (begun !== undefined) running.push(begun);
      const taken = running.reduce(
        (sum, {cpus, memory}) => ({cpus: sum.cpus + cpus, memory: sum.memory + memory}),
        {
          cpus: 0,
          memory: 0,
        },
      );
      t.true(running.length === 1 || (taken.cpus <= host.cpus && taken.memory <= host.memory));
    }
    t.deepEqual(
      done.toSorted((a, b) => a - b),
      loads.map((_, id) => id),
    );
  },
);

test('what comes first is begun first, if it fits', (t) => {
  const host = {cpus: 2, memory: 10};
  const waiting = [
    {cpus: 2, memory: 1},
    {cpus: 1, memory: 9},
    {cpus: 1, memory: 1},
  ];
  t.is(nextToRun(waiting, [], host), 0);
  t.is(nextToRun(waiting, [{cpus: 1, memory: 2}], host), 2);
  t.is(nextToRun(waiting, [{cpus: 2, memory: 2}], host), undefined);
  t.is(nextToRun([], [], host), undefined);
});
