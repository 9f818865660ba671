// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test, {type ExecutionContext} from 'ava';
import * as z from 'zod';
import {HostError} from '../../../src/base/errors.ts';
import {readCpuStacks} from '../../../src/guest/cpu-stacks.ts';
import {AnswerError, parseLines, readDocument} from '../../../src/guest/protocol/answer.ts';
import {parseMessage} from '../../../src/guest/protocol/qmp-message.ts';
import {readTree} from '../../../src/guest/protocol/tree.ts';
import {readBlockedTasks} from '../../../src/scenario/blocked-tasks.ts';
import {readFacts} from '../../../src/steps/guest-facts.ts';
import {readLogAnswer} from '../../../src/scenario/guest-log.ts';
import {parseCounters} from '../../../src/scenario/prototypes.ts';
import {readAnswer, readMapMatrices} from '../../../src/steps/answers.ts';
import {readAccounting} from '../../../src/steps/stress-account.ts';

/** JSON that claims to be one of the tool's, of any shape. */
const claim = fc
  .record({
    op: fc.constantFrom(
      'map-probe',
      'map-matrix',
      'log',
      'counters',
      'flow',
      'frames',
      'holds',
      'stress',
      'lab',
    ),
    ok: fc.oneof(fc.boolean(), fc.jsonValue()),
    pairs: fc.jsonValue(),
    pieces: fc.jsonValue(),
    records: fc.jsonValue(),
    bytes: fc.oneof(fc.double(), fc.jsonValue()),
  })
  .map((value) => JSON.stringify(value));

const nested = fc
  .integer({min: 1, max: 2000})
  .map((depth) => `{"op":"map-matrix","pairs":${'['.repeat(depth)}${']'.repeat(depth)}}`);

const line = fc.oneof(
  claim,
  fc.json(),
  fc.string({unit: 'binary'}),
  nested,
  fc.constant('{"__proto__":{"op":1}}'),
);

const answer = fc.record({
  code: fc.constantFrom(0, 1, 139),
  stdout: fc.array(line, {maxLength: 8}).map((lines) => lines.join('\n')),
  truncated: fc.boolean(),
});

/** Whatever the guest prints is read, or is an error that says so; it is never a fault of the lab's own. */
function isReadOrRefused(t: ExecutionContext, read: () => unknown): void {
  try {
    read();
    t.pass();
  } catch (error) {
    t.true(error instanceof AnswerError, String(error));
  }
}

const words = ['p2p', 'x'];

testProp('any answer is read or refused', [answer], (t, said) => {
  const guest = [{command: words, facts: [], stderr: '', ...said}];
  for (const read of [
    () => readFacts(words, said),
    () => parseCounters(words, said),
    () => readLogAnswer(said),
    () => readTree(said),
    () => readMapMatrices(said.stdout),
    () => readAnswer(said.stdout),
    () => readAccounting(guest),
    () => readBlockedTasks(said.stdout),
  ])
    isReadOrRefused(t, read);
});

testProp('a command that failed, and an answer that was cut, are no document', [answer], (t, said) => {
  const one = said.code === 0 ? {...said, truncated: true} : said;
  t.throws(() => readDocument(words, one, z.unknown()), {instanceOf: AnswerError});
});

testProp('any line of QMP is a message or none', [fc.oneof(fc.string(), fc.json(), nested)], (t, text) => {
  const message = parseMessage(text);
  t.true(message === undefined || typeof message === 'object');
});

testProp('any registers that QEMU prints end the reading of stacks', [fc.jsonValue()], async (t, value) => {
  const read = readCpuStacks({execute: () => Promise.resolve(value)});
  const outcome: unknown = await read.catch((error: unknown) => error);
  t.true(Array.isArray(outcome) || outcome instanceof HostError);
});

test('nesting that recursive code cannot follow is no JSON', (t) => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  t.deepEqual(parseLines(`${deep}\n{"op":"stress"}`), [{op: 'stress'}]);
  t.is(parseMessage(`{"return":${deep},"id":1}`), undefined);
});

test('a failed schema names the command and shows what was printed, escaped', (t) => {
  const said = {code: 0, stdout: '{"a":"\u001b[2J"}\n', truncated: false};
  t.throws(() => readDocument(words, said, z.array(z.string())), {
    instanceOf: AnswerError,
    message: String.raw`"p2p x" in the guest: the answer cannot be read: "{\"a\":\"\x1b[2J\"}"`,
  });
});
