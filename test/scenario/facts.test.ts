// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {readFacts} from '../../src/scenario/facts.ts';

test('facts are read, all else that a guest prints is passed over', (t) => {
  const lines = [
    'some banner',
    '{"op":"read","ok":true,"bytes":4096,"fnv":"0x1"}',
    '{"op":"write","ok":false,"errno":121,"errname":"EREMOTEIO"}',
    '{"op":"read"}',
    '{"op":3,"ok":true}',
    '{"op":"read","ok":true',
    'null',
    '',
  ];
  t.deepEqual(readFacts(lines.join('\n')), [
    {op: 'read', ok: true, bytes: 4096},
    {op: 'write', ok: false, errname: 'EREMOTEIO'},
  ]);
});

testProp(
  'whatever a guest prints, reading it ends well',
  [fc.string({unit: 'binary'}), fc.json()],
  (t, a, b) => {
    t.true(Array.isArray(readFacts(`${a}\n${b}\n`)));
  },
);
