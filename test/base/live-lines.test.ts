// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {formatTime, liveLines} from '../../src/base/live-lines.ts';
import {Screen} from '../cli/screen.ts';

const word = fc.stringMatching(/^[a-z0-9 →]{1,60}$/);
const topic = fc.constantFrom('kernel baseline', 'module a', 'nvme-copy', 'nic');
const action = fc.oneof(
  fc.record({do: fc.constant('show' as const), topic, text: word}),
  fc.record({do: fc.constant('end' as const), topic}),
  fc.record({do: fc.constant('print' as const), text: fc.stringMatching(/^[a-z]{1,19}$/)}),
);

testProp(
  'whatever moves, what was printed stands above it, whole and in order; in the end it stands alone',
  [fc.integer({min: 20, max: 90}), fc.integer({min: 3, max: 12}), fc.array(action, {maxLength: 30})],
  (t, columns, rows, actions) => {
    const screen = new Screen(columns, rows);
    const live = liveLines(screen);
    const printed: string[] = [];
    const topics = new Set<string>();
    try {
      for (const one of actions) {
        if (one.do === 'show') live.show(one);
        else if (one.do === 'end') live.end(one.topic);
        else {
          live.above(() => {
            screen.write(`${one.text}\n`);
          });
        }
        if (one.do === 'print') printed.push(one.text);
        if (one.do === 'show') topics.add(one.topic);
        if (one.do === 'end') topics.delete(one.topic);
        const lines = screen.text === '' ? [] : screen.text.split('\n');
        const moving = Math.min(topics.size, Math.max(1, rows - 2));
        t.deepEqual(lines.slice(0, printed.length), printed);
        t.is(lines.length, printed.length + moving);
        t.true(lines.every((line) => line.length < columns));
      }
    } finally {
      live.close();
    }
    t.is(screen.text, printed.join('\n'));
  },
);

test('a terminal that was made narrower is left clean', (t) => {
  const size = {columns: 60};
  const screen = new Screen(60, 20);
  const narrow = new Screen(30, 20);
  const seen: Screen[] = [screen];
  const terminal = {
    rows: 20,
    get columns() {
      return size.columns;
    },
    write: (text: string) => {
      seen.at(-1)?.write(text);
    },
  };
  const live = liveLines(terminal);
  live.show({topic: 'kernel', text: 'x'.repeat(49)});
  // The terminal wraps what is there: 57 characters are two lines of 30.
  narrow.write(screen.text);
  seen.push(narrow);
  size.columns = 30;
  live.close();
  t.is(narrow.text, '');
});

test('a terminal that does not know its size is taken for one of 80 by 24', (t) => {
  const written: string[] = [];
  const terminal = {columns: 0, rows: 0, write: (text: string) => written.push(text)};
  const live = liveLines(terminal);
  live.show({topic: 'kernel', text: 'x'.repeat(200)});
  live.show({topic: 'module', text: 'compiling'});
  live.close();
  const text = written.join('');
  t.true(text.includes(`kernel  ${'x'.repeat(70)}…`), text);
  t.true(text.includes('\u001B[1A'), text);
  t.false(text.includes('Infinity'));
});

test('times', (t) => {
  t.is(formatTime(42), '42 s');
  t.is(formatTime(187), '3:07 min');
});
