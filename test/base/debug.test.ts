// SPDX-License-Identifier: MIT
import test from 'ava';
import {debugOf, subsystems} from '../../src/base/debug.ts';

const shown = (list: string): readonly string[] =>
  subsystems.filter((subsystem) => debugOf(subsystem, list, () => undefined) !== undefined);

test('P2PLAB_DEBUG names subsystems', (t) => {
  t.deepEqual(shown('qmp'), ['qmp']);
  t.deepEqual(shown('build, ssh'), ['ssh', 'build']);
  t.deepEqual(shown('*'), [...subsystems]);
});

test('other values show no traffic: P2PLAB_DEBUG=1 asks for stacks only', (t) => {
  for (const list of ['', '1', 'true', 'qmpx', 'QMP']) t.deepEqual(shown(list), [], list);
});

test('a line has a time stamp and its subsystem, and is bounded and escaped', (t) => {
  const lines: string[] = [];
  const debug = debugOf('ssh', 'ssh', (line) => lines.push(line));
  debug?.('one\ntwo \u001B[2J');
  debug?.('x'.repeat(10_000));
  t.regex(lines[0] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ssh: one two \\x1b\[2J\n$/);
  t.regex(lines[1] ?? '', /x… \(cut: 10000 characters in all\)\n$/);
  t.true((lines[1] ?? '').length < 4100);
});
