// SPDX-License-Identifier: MIT
import test from 'ava';
import {exitCodeOf, line, summary} from '../../../src/runner/nightly/summary.ts';
import type {NightlyResult} from '../../../src/runner/nightly/run-nightly.ts';
import type {Outcome} from '../../../src/results/outcome.ts';

function result(scenario: string, outcome: Outcome, variant = 'plain', attempts = 1): NightlyResult {
  const verdict = outcome === 'flaky' ? 'pass' : outcome === 'known' ? 'fail' : outcome;
  const one = {run: scenario, reason: 'because', durationMs: 2345, qemu: 'stock 10.0.2', bundle: '/runs/x'};
  return {
    run: {
      id: `switch/${variant}/${scenario}`,
      kernel: 'switch',
      variant,
      scenario: {name: scenario, file: ''},
    },
    outcome,
    attempts: Array.from({length: attempts}, (_, index) => ({
      ...one,
      verdict: index + 1 < attempts ? ('fail' as const) : verdict,
      ...(outcome === 'known' && {knownIssue: 'map-page'}),
    })),
  };
}

test('the causes come first, each with its evidence and how to have it again; then the numbers', (t) => {
  const text = summary('smoke', [
    result('a', 'pass'),
    result('b', 'fail', 'debug', 2),
    result('c', 'known'),
    result('d', 'flaky', 'plain', 2),
    result('e', 'skip'),
  ]);
  t.is(
    text,
    `1 failed
  b on switch, variant debug
    attempt 1: fail: because
    evidence: /runs/x
    attempt 2: fail: because
    evidence: /runs/x
    again: ./p2plab run b --kernel switch --variant debug --qemu stock

1 flaky: another verdict when run again
  d on switch
    attempt 1: fail: because
    evidence: /runs/x
    attempt 2: pass: because
    evidence: /runs/x
    again: ./p2plab run d --kernel switch --qemu stock

known issues: map-page (1)

smoke: 5 runs: 1 pass, 1 by known issues, 1 skip, 1 fail, 1 flaky`,
  );
});

test('before all else stands what has changed', (t) => {
  const about = {topology: 'any', variant: 'plain', kernel: 'switch'};
  const changes = [
    {...about, scenario: 'b', change: 'still bad', since: '2026-11-20', before: '2026-11-19'},
    {...about, scenario: 'a', change: 'broke', since: '2026-11-27', before: '2026-11-26'},
    {...about, scenario: 'c', change: null, since: null, before: null},
  ] as const;
  t.is(
    summary('smoke', [result('a', 'pass')], changes),
    `since earlier nightly runs
  broke: switch/plain/a, otherwise on 2026-11-26 for the last time
  still bad: switch/plain/b, since 2026-11-20, otherwise on 2026-11-19 for the last time

smoke: 1 run: 1 pass`,
  );
});

test('where nothing is to be looked at, there is one line', (t) => {
  t.is(summary('smoke', [result('a', 'pass')]), 'smoke: 1 run: 1 pass');
  t.is(line(result('a', 'flaky', 'plain', 2)), 'FLAKY switch/plain/a 2.3 s, 2 attempts');
});

test('a kernel that did wrong comes before a lab that failed, and known issues are no news', (t) => {
  t.is(exitCodeOf([result('a', 'known'), result('b', 'skip'), result('c', 'flaky')]), 0);
  t.is(exitCodeOf([result('a', 'error')]), 3);
  t.is(exitCodeOf([result('a', 'error'), result('b', 'crash')]), 1);
});

test('a rise that is not declared is told with what it is of, and fails the nightly run', (t) => {
  const rises = ['map-cost/a on switch: map-page takes 77 instructions, 1 more than the 76 on baseline'];
  t.is(
    summary('smoke', [result('a', 'pass')], [], rises),
    `1 call takes more instructions than declared
  map-cost/a on switch: map-page takes 77 instructions, 1 more than the 76 on baseline
    again: ./p2plab map-cost

smoke: 1 run: 1 pass`,
  );
  t.is(exitCodeOf([result('a', 'pass')], rises), 1);
  t.is(exitCodeOf([result('a', 'pass')], []), 0);
});
