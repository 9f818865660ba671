// SPDX-License-Identifier: MIT
import {once} from 'node:events';
import {createConnection, createServer, type Socket} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {HostError} from '../../src/base/errors.ts';
import {Qmp, type QmpEvent} from '../../src/guest/qmp.ts';

/** A socket whose far end the test plays, and what it was asked there. */
async function connected(t: ExecutionContext): Promise<{near: Socket; far: Socket}> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = createConnection({
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
  });
  const [far] = await accepted;
  far.on('error', () => undefined);
  t.teardown(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return {near, far};
}

const greeting = '{"QMP": {"version": {}, "capabilities": []}}\r\n';

/** A session that is open, with a server that answers nothing more by itself. */
async function opened(t: ExecutionContext): Promise<{qmp: Qmp; far: Socket; events: QmpEvent[]}> {
  const {near, far} = await connected(t);
  const events: QmpEvent[] = [];
  const opening = Qmp.open(near, (event) => events.push(event));
  far.write(greeting);
  await once(far, 'data');
  far.write('{"return": {}, "id": 1}\r\n');
  return {qmp: await opening, far, events};
}

test('answers find who asked, in any order, and events who listens', async (t) => {
  const {qmp, far, events} = await opened(t);
  const answers = Promise.all([qmp.execute('one'), qmp.execute('two')]);
  far.write(
    '{"event": "STOP", "data": {"a": 1}}\r\n{"return": "second", "id": 3}\r\n{"return": ["first"], "id": 2}\r\n',
  );
  t.deepEqual(await answers, [['first'], 'second']);
  t.deepEqual(events, [{event: 'STOP', data: {a: 1}}]);
  const refused = qmp.execute('three');
  far.write('{"error": {"class": "GenericError", "desc": "no such thing"}, "id": 4}\r\n');
  await t.throwsAsync(refused, {instanceOf: HostError, message: 'QEMU: no such thing'});
});

for (const [what, words] of Object.entries({
  'no JSON': 'qemu: warning: something',
  'half of an object': '{"return": {',
  'no object': '[1, 2]',
  'an id of another type': '{"return": {}, "id": "2"}',
  'an error without words': '{"error": 3, "id": 2}',
})) {
  test(`${what} breaks the session with a reason, and ends nothing else`, async (t) => {
    const {qmp, far} = await opened(t);
    const answer = qmp.execute('query-pci');
    far.write(`${words}\r\n`);
    await t.throwsAsync(answer, {instanceOf: HostError, message: /is no message of QMP/});
    await t.throwsAsync(qmp.execute('query-status'), {instanceOf: HostError, message: /QEMU is gone/});
  });
}

test('a socket that closes before the greeting is told at once', async (t) => {
  const {near, far} = await connected(t);
  const begun = performance.now();
  const opening = Qmp.open(near, () => undefined);
  far.end();
  await t.throwsAsync(opening, {instanceOf: HostError, message: 'QEMU closed its QMP socket'});
  t.true(performance.now() - begun < 5000);
});

test('a line that does not end takes no more memory than the longest answer', async (t) => {
  t.timeout(120_000);
  const {qmp, far} = await opened(t);
  const answer = qmp.execute('query-pci', {}, 60_000);
  const before = process.memoryUsage().rss;
  const piece = Buffer.alloc(1024 * 1024, 'x');
  let most = 0;
  for (let i = 0; i < 200; i++) {
    if (!far.write(piece)) await once(far, 'drain');
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  far.write('\n');
  await t.throwsAsync(answer, {
    instanceOf: HostError,
    message: /is no message of QMP \(16777216 characters\)/,
  });
  t.true(most < 150 * 1024 * 1024, `${(most / 1024 / 1024).toFixed(0)} MiB`);
});
