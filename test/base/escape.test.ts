// SPDX-License-Identifier: MIT
import {checked, judged, told} from '../helpers/findings.ts';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {bounded, escapeControls, excerptOf, lastLine, oneLine} from '../../src/base/escape.ts';
import {judge, judgeCommand, judgeRun} from '../../src/verdict/judge.ts';

const text = fc.oneof(
  fc.string({unit: 'binary', maxLength: 200}),
  fc.uint8Array({maxLength: 200}).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

testProp('nothing that moves a cursor or turns text around is left', [text], (t, given) => {
  t.notRegex(escapeControls(given), /[^\P{Cc}\t\n]|\p{Cf}/u);
  t.notRegex(oneLine(given), /[\r\n]/);
  t.notRegex(excerptOf(given), /[^\P{Cc}]|\p{Cf}/u);
});

test('what is harmless stays as it is', (t) => {
  const line = 'pass: 16 KiB → cmb, “quoted”, 日本語, é\tand a tab';
  t.is(escapeControls(line), line);
  t.is(escapeControls('\x1b[2J\u202e'), String.raw`\x1b[2J\u{202e}`);
  t.is(excerptOf('a\x1b"b\n'), String.raw`"a\x1b\"b\n"`);
});

test('a text that is too long is cut, and says so', (t) => {
  t.is(bounded('x'.repeat(10), 10), 'x'.repeat(10));
  t.is(bounded('x'.repeat(11), 10), `${'x'.repeat(10)}… (cut: 11 characters in all)`);
  t.true(lastLine(`a\n${'x'.repeat(5_000_000)}`).length < 600);
  t.is(lastLine('one\ntwo\n'), 'two');
});

test('a reason is one line of bounded length, whatever it was made of', (t) => {
  const hostile = `\x1b[2J\n${'x'.repeat(60 * 1024 * 1024)}`;
  const check = checked('guest', false, 'guest', hostile);
  const crash = {code: 'crash', parameters: {kind: 'oops', title: hostile}} as const;
  for (const {reason} of [
    judge({errors: [told(hostile)], checks: []}),
    judge({errors: [], checks: [check]}),
    judge({errors: [], crash, checks: []}),
    judgeCommand({errors: [], checks: [{...check, ok: true}]}),
    judgeRun({errors: []}, [{title: hostile, ...judged('fail', hostile), checks: []}], true),
  ]) {
    t.true(reason.length < 8 * 2100);
    t.notRegex(reason, /[\x00-\x1f]/);
  }
});
