// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {LabError} from '../../src/base/errors.ts';
import {AnswerError} from '../../src/guest/protocol/answer.ts';
import {labFailures, readFacts} from '../../src/steps/guest-facts.ts';
import {readLogAnswer} from '../../src/scenario/guest-log.ts';
import {parseCounters} from '../../src/scenario/prototypes.ts';
import {readAnswer, readMapMatrices} from '../../src/steps/answers.ts';
import {readAccounting} from '../../src/steps/stress-account.ts';

const tool = ['p2p', 'io'];
const whole = (stdout: string) => ({stdout, truncated: false});

test('facts are read, and what else a program prints is passed over', (t) => {
  const lines = [
    'some banner',
    '{"op":"read","ok":true,"bytes":4096,"fnv":"0x1"}',
    '{"op":"write","ok":false,"errno":121,"errname":"EREMOTEIO"}',
    '{"op":"other"}',
    'null',
    '',
  ];
  const facts = [
    {op: 'read', ok: true, bytes: 4096},
    {op: 'write', ok: false, errname: 'EREMOTEIO'},
  ];
  t.deepEqual(readFacts(tool, whole(lines.join('\n'))), facts);
  const garbage = ['{"op":3,"ok":true}', '{"op":"read","ok":true'];
  t.deepEqual(readFacts(['sh', '-c', 'true'], whole([...lines, ...garbage].join('\n'))), facts);
});

test('what the tool cannot have printed is an error that names the command and shows the line escaped', (t) => {
  for (const line of [
    '{"op":"read","ok":true',
    '{"op":3,"ok":true}',
    '{"op":"read","ok":false,"bytes":-1}',
    '{"op":"read","ok":false,"bytes":1e999}',
    '{\x1b[2J',
  ]) {
    const error = t.throws(() => readFacts(tool, whole(`${line}\n`)), {instanceOf: AnswerError}, line);
    t.true(error.message.startsWith('"p2p io" in the guest: a line that cannot be read: "{'), error.message);
    t.notRegex(error.message, /[\x00-\x1f]/);
  }
  t.throws(() => readFacts(tool, {stdout: '', truncated: true}), {message: /was cut/});
});

test('that the tool could not work is told apart from what the kernel did', (t) => {
  const facts = readFacts(
    tool,
    whole('{"op":"lab","ok":false,"errno":11,"errname":"EAGAIN","where":"fork"}'),
  );
  t.deepEqual(labFailures([{command: tool, facts}]), [
    {code: 'guest-tool-failed', parameters: {command: ['p2p', 'io'], where: 'fork', errname: 'EAGAIN'}},
  ]);
});

/** What a guest may answer: bytes, JSON, and what the tool prints with something changed. */
const printed = fc.oneof(
  fc.uint8Array({maxLength: 400}).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.json(),
  fc
    .tuple(
      fc.constantFrom(
        '{"op":"log","ok":true,"records":1,"more":false}',
        '6,0,100,-;Linux version',
        '{"bytes_peer_bytes":4096}',
        '{"op":"stress","ok":true,"operations":3}',
        '{"op":"map-matrix","provider":"0000:01:00.0","pairs":[],"physical":"0x1"}',
        '{"op":"map-probe","error":null,"refusal":null,"pieces":[],"mappings":[]}',
        '{"op":"counters","ok":false,"errno":2,"errname":"ENOENT"}',
      ),
      fc.nat(80),
      fc.string({unit: 'binary', maxLength: 4}),
    )
    .map(([line, at, text]) => `${line.slice(0, at)}${text}${line.slice(at + text.length)}\n`),
);

testProp(
  'whatever a guest answers, reading it ends with what it says or with an error of the lab',
  [printed, printed, fc.nat(4), fc.boolean()],
  (t, first, second, code, truncated) => {
    const stdout = `${first}\n${second}`;
    const answer = {stdout, code, truncated};
    const guest = [{command: tool, facts: [], stdout, stderr: '', code}];
    for (const read of [
      () => readFacts(tool, answer),
      () => readFacts(['sh'], answer),
      () => readLogAnswer(answer),
      () => parseCounters(tool, answer),
      () => readAnswer(stdout),
      () => readMapMatrices(stdout),
      () => readAccounting(guest),
    ]) {
      try {
        read();
      } catch (error) {
        t.true(error instanceof LabError, String(error));
        t.true((error as LabError).message.length < 1000);
        t.notRegex((error as LabError).message, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      }
    }
    t.pass();
  },
  {numRuns: 500},
);

testProp(
  'an answer that was cut, or that ended with an error, is never a log or a counter',
  [printed, fc.integer({min: 1, max: 255})],
  (t, stdout, code) => {
    t.throws(() => readLogAnswer({stdout, code, truncated: false}), {instanceOf: AnswerError});
    t.throws(() => readLogAnswer({stdout, code: 0, truncated: true}), {instanceOf: AnswerError});
    t.throws(() => parseCounters(tool, {stdout, code: 0, truncated: true}), {instanceOf: AnswerError});
  },
);
