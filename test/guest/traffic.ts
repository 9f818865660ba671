// SPDX-License-Identifier: MIT
// Started by debug.test.ts in a process of its own: P2PLAB_DEBUG is read once. The far ends are played here.
import {once} from 'node:events';
import {createConnection, createServer, type Server, type Socket} from 'node:net';
import {PassThrough} from 'node:stream';
import ssh2, {type ClientChannel} from 'ssh2';
import {runGroup} from '../../src/base/process.ts';
import {Qmp} from '../../src/guest/qmp.ts';
import {connect, exec} from '../../src/guest/ssh.ts';
import {ToolSession} from '../../src/guest/tool-session.ts';
import {ed25519Keys} from './ssh-keys.ts';

async function listening(server: Pick<Server, 'listen' | 'address' | 'once'>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function talkQmp(): Promise<void> {
  const server = createServer((socket: Socket) => {
    socket.write('{"QMP": {"version": {}, "capabilities": []}}\r\n');
    socket.on('data', (line) => {
      const {id} = JSON.parse(line.toString()) as {readonly id: number};
      socket.write(`{"return": {"status": "running"}, "id": ${id}}\r\n`);
    });
  });
  const socket = createConnection({host: '127.0.0.1', port: await listening(server)});
  const qmp = await Qmp.open(socket, () => undefined);
  await qmp.execute('query-status');
  qmp.close();
  server.close();
}

async function talkSsh(): Promise<void> {
  const hostKeys = ed25519Keys();
  const clientKeys = ed25519Keys();
  const server = new ssh2.Server({hostKeys: [hostKeys.private]}, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (request) => {
      request.accept();
    });
    connection.on('session', (accept) => {
      accept().on('exec', (acceptCommand) => {
        const channel = acceptCommand();
        channel.write('Linux\n');
        channel.exit(0);
        channel.end();
      });
    });
  });
  const port = await listening(server);
  const hostKey = hostKeys.public.split(' ')[1] ?? '';
  const client = await connect({port, privateKey: clientKeys.private, hostKey});
  await exec(client, ['uname', '-s']);
  client.end();
  server.close();
}

async function talkTool(): Promise<void> {
  const far = Object.assign(new PassThrough(), {
    write: (): boolean => {
      far.push('{"op":"map"}\n\x041\n');
      return true;
    },
  });
  await new ToolSession(far as unknown as ClientChannel).run(['p2p', 'copy', '--bytes', '4096']);
}

await talkQmp();
await talkSsh();
await talkTool();
await runGroup('sh', ['-c', 'echo "  CC a.o"; exit 3']);
process.exit(0);
