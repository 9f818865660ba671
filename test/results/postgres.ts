// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, chownSync, globSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import pg from 'pg';

/** A PostgreSQL of a test's own. */
export interface Postgres {
  /** What `--database` is given. */
  readonly url: string;
  /** Ends the server; what it has is kept for {@link Postgres.start}. */
  readonly halt: () => Promise<void>;
  /** Starts it again, with all that it had. */
  readonly start: () => Promise<void>;
  /** Ends it for good, and removes all that it has. */
  readonly stop: () => Promise<void>;
}

/** Of the newest PostgreSQL that Debian has installed. */
function binaries(): string {
  const folder = globSync('/usr/lib/postgresql/*/bin')
    .toSorted((a, b) => Number(a.split('/')[4]) - Number(b.split('/')[4]))
    .at(-1);
  if (folder === undefined) throw new Error('this machine has no PostgreSQL: apt-get install postgresql');
  return folder;
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
async function user(): Promise<{readonly uid: number; readonly gid: number} | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (what: string): Promise<number> => Number((await execa('id', [what, 'postgres'])).stdout);
  return {uid: await id('-u'), gid: await id('-g')};
}

/**
 * Keeps a server running until standard input says `halt`, or ends: with the test's process, however that does.
 * Then there is nothing to keep, either. SIGINT is a fast shutdown, SIGQUIT one at once.
 */
const keeper = `
folder=$1; shift
exec 3<&0 </dev/null
"$@" 3<&- >>"$folder/log" 2>&1 & server=$!
if read -r word <&3
then kill -INT "$server"; wait "$server"
else kill -QUIT "$server"; wait "$server"; rm -rf "$folder"
fi
`;

/** How long a server may take to start, in milliseconds. */
const patience = 30_000;

/** Starts a PostgreSQL with a database `p2plab`, reached through a socket in a folder of its own. */
export async function startPostgres(): Promise<Postgres> {
  const bin = binaries();
  const owner = await user();
  const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-postgres-'));
  chmodSync(folder, 0o700);
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const as = [
    'setpriv',
    ...(owner === undefined ? [] : [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups']),
    ...['--pdeathsig', 'SIGQUIT', '--'],
  ];
  const data = path.join(folder, 'data');
  const [command = '', ...rest] = as;
  const words = [
    '--pgdata',
    data,
    '--auth=trust',
    '--username=p2plab',
    '--no-sync',
    '--locale=C',
    '--encoding=UTF8',
  ];
  await execa(command, [...rest, path.join(bin, 'initdb'), ...words], {cwd: folder});
  const settings = {
    listen_addresses: '',
    unix_socket_directories: folder,
    fsync: 'off',
    max_connections: '60',
    shared_buffers: '32MB',
  };
  const server = [
    ...[...as, path.join(bin, 'postgres'), '-D', data],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const urlOf = (database: string): string => `postgres://p2plab@${encodeURIComponent(folder)}/${database}`;
  let running: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    // A group of its own: Ctrl-C is for the test, which then ends, and this with it.
    const child = spawn('sh', ['-c', keeper, 'keeper', folder, ...server], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.on('error', () => undefined);
    running = child;
    const limit = Date.now() + patience;
    while (!(await answers(urlOf('postgres')))) {
      if (Date.now() > limit)
        throw new Error(`PostgreSQL did not start: ${readFileSync(path.join(folder, 'log'), 'utf8')}`);
      await delay(30);
    }
  };
  const end = async (word: string): Promise<void> => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin?.end(word);
    await ended;
  };
  // AVA ends a process whose tests are over, whatever that waits for.
  process.on('exit', () => {
    if (running === undefined) rmSync(folder, {recursive: true, force: true});
  });
  await start();
  await query(urlOf('postgres'), 'create database p2plab');
  return {
    url: urlOf('p2plab'),
    halt: () => end('halt\n'),
    start,
    stop: async () => {
      await end('');
      await rm(folder, {recursive: true, force: true});
    },
  };
}

/** Asks a database something, on a connection of its own. */
export async function query(
  url: string,
  text: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({connectionString: url});
  // A server that ends takes its connections with it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const {rows} = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function answers(url: string): Promise<boolean> {
  return query(url, 'select 1').then(
    () => true,
    () => false,
  );
}
