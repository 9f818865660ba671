// SPDX-License-Identifier: MIT
import {once} from 'node:events';
import {createConnection, createServer, type Server as TcpServer, type Socket} from 'node:net';
import test from 'ava';
import ssh2, {type Client} from 'ssh2';
import {HostError, messageOf} from '../../src/base/errors.ts';
import {connect, exec, openCommand, send, type SshTarget} from '../../src/guest/ssh.ts';
import {ToolSession} from '../../src/guest/tool-session.ts';
import {ed25519Keys} from './ssh-keys.ts';

const hostKeys = ed25519Keys();
const clientKeys = ed25519Keys();

/** What an ssh server does with a command: by default it prints one line and ends well. */
type Serve = (channel: ssh2.ServerChannel) => void;

const obey: Serve = (channel) => {
  channel.write('done\n');
  channel.exit(0);
  channel.end();
};

/** A real ssh server, as the guest's. */
async function sshServer(serve: Serve = obey): Promise<{readonly port: number; readonly close: () => void}> {
  const server = new ssh2.Server({hostKeys: [hostKeys.private]}, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (request) => {
      request.accept();
    });
    connection.on('session', (accept) => {
      accept().on('exec', (acceptCommand) => {
        const channel = acceptCommand();
        channel.on('error', () => undefined);
        serve(channel);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      server.close();
    },
  };
}

type Break = 'end' | 'reset' | 'garbage';

/** A proxy that lets `bytes` of what the server says through, and then breaks the connection. */
async function breakingProxy(target: number): Promise<{
  readonly server: TcpServer;
  readonly port: number;
  readonly next: (bytes: number, how: Break) => void;
  readonly passed: () => number;
}> {
  let plan: {bytes: number; how: Break} = {bytes: Infinity, how: 'end'};
  let passed = 0;
  const server = createServer((near) => {
    const {bytes, how} = plan;
    passed = 0;
    const far = createConnection({host: '127.0.0.1', port: target, noDelay: true});
    near.setNoDelay(true);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, Math.max(0, bytes - passed));
      passed += part.length;
      if (part.length > 0) near.write(part);
      if (passed < bytes) return;
      far.removeAllListeners('data').destroy();
      breakOff(near, how);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    next: (count, how) => {
      plan = {bytes: count, how};
    },
    passed: () => passed,
  };
}

function breakOff(near: Socket, how: Break): void {
  if (how === 'reset') near.resetAndDestroy();
  else if (how === 'garbage') near.end(Buffer.alloc(512, 0xff));
  else near.end();
}

function target(port: number): SshTarget {
  const parsed = ssh2.utils.parseKey(hostKeys.public);
  if (parsed instanceof Error) throw parsed;
  return {port, privateKey: clientKeys.private, hostKey: parsed.getPublicSSH().toString('base64')};
}

test('a connection that breaks anywhere in its handshake or in a command rejects, and ends nothing else', async (t) => {
  t.timeout(300_000);
  const guest = await sshServer();
  const proxy = await breakingProxy(guest.port);
  t.teardown(() => {
    guest.close();
    proxy.server.close();
  });
  const attempt = async (): Promise<string> => {
    const client = await connect(target(proxy.port));
    try {
      return (await exec(client, ['p2p', 'x'])).stdout;
    } finally {
      client.destroy();
    }
  };
  t.is(await attempt(), 'done\n');
  const total = proxy.passed();
  t.true(total > 500, `${total} bytes`);
  const hows: readonly Break[] = ['reset', 'end', 'garbage'];
  let failed = 0;
  // Every byte takes a minute; a step that is no multiple of a packet's alignment meets all parts of one as well.
  for (let bytes = 0; bytes < total; bytes += 5) {
    proxy.next(bytes, hows[bytes % hows.length] ?? 'end');
    // What comes with the last bytes may be as good as the end.
    const error: unknown = await attempt().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) continue;
    failed++;
    t.true(error instanceof HostError, `after ${bytes} bytes: ${messageOf(error)}`);
  }
  t.true(failed > total / 5 / 2, `${failed} of ${total}`);
});

test('a peer that nobody listens at, and one that hangs up at once, reject', async (t) => {
  const server = createServer((socket) => {
    socket.resetAndDestroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await t.throwsAsync(connect(target(port)), {instanceOf: HostError});
  server.close();
  await once(server, 'close');
  await t.throwsAsync(connect(target(port)), {instanceOf: HostError});
});

async function lostClient(serve?: Serve): Promise<{client: Client; close: () => void}> {
  const guest = await sshServer(serve);
  return {client: await connect(target(guest.port)), close: guest.close};
}

test('what is asked of a connection that is lost rejects with a reason, now and later', async (t) => {
  const {client, close} = await lostClient();
  client.destroy();
  await t.throwsAsync(exec(client, ['p2p', 'x']), {instanceOf: HostError});
  await t.throwsAsync(send(client, Buffer.from('x'), '/x'), {instanceOf: HostError});
  await once(client, 'close');
  await t.throwsAsync(exec(client, ['p2p', 'x']), {instanceOf: HostError});
  await t.throwsAsync(openCommand(client, ['p2p', 'serve']), {instanceOf: HostError});
  close();
});

test('a server that hangs up in the middle of a command is a loss; an unasked-for one ends nothing', async (t) => {
  let open = 0;
  const {client, close} = await lostClient((channel) => {
    channel.write('half');
    if (++open < 2) return;
    setTimeout(() => {
      client.destroy();
    }, 300);
  });
  const session = new ToolSession(await openCommand(client, ['p2p', 'serve']));
  const asked = [exec(client, ['p2p', 'x']), session.run(['p2p', 'y'])];
  await Promise.all(asked.map((one) => t.throwsAsync(one, {instanceOf: HostError, message: /lost/})));
  await t.throwsAsync(session.run(['p2p', 'z']), {instanceOf: HostError, message: /lost/});
  close();
});
