// SPDX-License-Identifier: MIT
import {CommanderError, InvalidArgumentError} from '@commander-js/extra-typings';
import test from 'ava';
import * as errors from '../../src/base/errors.ts';
import {exitCodeOf, exitCodeOfError} from '../../src/cli/exit-code.ts';
import {GuestError} from '../../src/guest/guest.ts';

const {BuildError, HostError, Interrupted, SpecError, UsageError} = errors;

/** For each way to end: the exit code, and that under --bisect, where 1 to 124 would mean "bad". */
const ends: readonly (readonly [string, unknown, number, number])[] = [
  ['bad usage', new UsageError('x'), 2, 129],
  ['a file in error', new SpecError({file: 'x', line: 1, column: 1}, 'x'), 2, 129],
  ['a kernel that does not build', new BuildError('x'), 2, 125],
  ['a failure of the host', new HostError('x'), 3, 125],
  ['an interrupt', new Interrupted(), 130, 130],
  ['help', new CommanderError(0, 'commander.helpDisplayed', ''), 0, 0],
  ['an unknown option', new CommanderError(1, 'commander.unknownOption', 'x'), 2, 129],
  ['a wrong number', new InvalidArgumentError('x'), 2, 129],
  ['a mistake of the lab', new TypeError('x'), 3, 125],
  ['a system error', Object.assign(new Error('x'), {code: 'ENOENT'}), 3, 125],
  ['a guest that failed outside a run', new GuestError({kind: 'hang', reason: 'x'} as never), 3, 125],
  ['what is no error at all', 'x', 3, 125],
  ['nothing', undefined, 3, 125],
];

for (const [name, error, plain, bisecting] of ends) {
  test(`${name}: ${plain}, under --bisect ${bisecting}`, (t) => {
    t.is(exitCodeOfError(error), plain);
    t.is(exitCodeOfError(error, true), bisecting);
  });
}

test('each class of base/errors.ts is one of these', (t) => {
  const known = new Set(ends.map(([, error]) => (error as object | undefined)?.constructor));
  for (const [name, value] of Object.entries(errors)) {
    if (typeof value !== 'function' || !(value.prototype instanceof Error) || name === 'LabError') continue;
    t.true(known.has(value), name);
  }
});

test('verdicts: nothing that ran is no pass', (t) => {
  const of = (...verdicts: readonly ('pass' | 'fail' | 'crash' | 'error' | 'skip')[]) => {
    const results = verdicts.map((verdict) => ({verdict}));
    return [exitCodeOf(results), exitCodeOf(results, true)];
  };
  t.deepEqual(of(), [3, 125]);
  t.deepEqual(of('pass'), [0, 0]);
  t.deepEqual(of('pass', 'skip'), [0, 125]);
  t.deepEqual(of('pass', 'error'), [3, 125]);
  t.deepEqual(of('error', 'fail'), [1, 1]);
  t.deepEqual(of('crash'), [1, 1]);
});
