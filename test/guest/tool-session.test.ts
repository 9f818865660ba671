// SPDX-License-Identifier: MIT
import {PassThrough} from 'node:stream';
import test from 'ava';
import type {ClientChannel} from 'ssh2';
import {canBeRequested, ToolSession} from '../../src/guest/tool-session.ts';

/** A channel whose far end the test plays. */
function channel(): {session: ToolSession; requests: string[]; say: (text: string) => void; end: () => void} {
  const requests: string[] = [];
  const stream = new PassThrough();
  const near = Object.assign(stream, {
    write: (text: string): boolean => {
      requests.push(text);
      return true;
    },
  });
  const session = new ToolSession(near as unknown as ClientChannel);
  return {
    session,
    requests,
    say: (text) => {
      stream.push(text);
    },
    end: () => {
      stream.destroy();
    },
  };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an answer is what was printed, and the status after it', async (t) => {
  const {session, requests, say} = channel();
  const result = session.run(['p2p', 'copy', '--bytes', '4096']);
  await soon();
  t.deepEqual(requests, ['copy\x1f--bytes\x1f4096\n']);
  say('{"op":"map"}\n{"op":');
  say('"unmap"}\n\x041');
  say('\n');
  t.deepEqual(await result, {
    code: 1,
    stdout: '{"op":"map"}\n{"op":"unmap"}\n',
    stderr: '',
    truncated: false,
  });
});

test('a command that prints nothing, or no end of its last line, ends all the same', async (t) => {
  const {session, say} = channel();
  const silent = session.run(['p2p', 'a']);
  await soon();
  say('\x040\n');
  t.is((await silent).stdout, '');
  const unended = session.run(['p2p', 'b']);
  await soon();
  say('no end\n\x04139\n');
  t.deepEqual(await unended, {code: 139, stdout: 'no end\n', stderr: '', truncated: false});
});

test('commands take turns', async (t) => {
  const {session, requests, say} = channel();
  const first = session.run(['p2p', 'a']);
  const second = session.run(['p2p', 'b']);
  await soon();
  t.deepEqual(requests, ['a\n']);
  say('one\n\x040\n');
  t.is((await first).stdout, 'one\n');
  await soon();
  t.deepEqual(requests, ['a\n', 'b\n']);
  say('two\n\x040\n');
  t.is((await second).stdout, 'two\n');
});

test('a connection that is lost is never a success', async (t) => {
  const {session, say, end} = channel();
  const result = session.run(['p2p', 'a']);
  await soon();
  say('half');
  end();
  await t.throwsAsync(result, {message: /lost/});
  await t.throwsAsync(session.run(['p2p', 'b']), {message: /p2p b: the connection was lost/});
});

test('an endless answer is cut, and its end still seen', async (t) => {
  const {session, say} = channel();
  const result = session.run(['p2p', 'a']);
  await soon();
  for (let i = 0; i < 5; i++) say('x'.repeat(1024 * 1024));
  say('\n\x040\n');
  const {code, stdout, truncated} = await result;
  t.deepEqual([code, stdout.length, truncated], [0, 4 * 1024 * 1024, true]);
});

test('only words of the tool that hold no control characters are requests', (t) => {
  t.true(canBeRequested(['p2p', 'copy']));
  t.false(canBeRequested(['sh', '-c', 'true']));
  t.false(canBeRequested(['p2p', 'a\nb']));
  t.false(canBeRequested(['p2p', 'a\x1fb']));
});
