// SPDX-License-Identifier: MIT
import {existsSync, globSync, readFileSync} from 'node:fs';
import {spawn} from 'node:child_process';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {query, startPostgres} from './postgres.ts';

/** The folder that the socket of a URL is in. */
const folderOf = (url: string): string => decodeURIComponent(new URL(url).hostname);

/** The processes that have this text in their command line. */
const processesOf = (text: string): readonly string[] =>
  globSync('/proc/[0-9]*/cmdline').filter((file) => {
    try {
      return readFileSync(file, 'latin1').includes(text);
    } catch {
      return false;
    }
  });

test('it keeps what it has while it is halted, and nothing when it is stopped', async (t) => {
  const postgres = await startPostgres();
  const folder = folderOf(postgres.url);
  try {
    await query(postgres.url, 'create table kept as select 42 as value');
    await postgres.halt();
    await t.throwsAsync(query(postgres.url, 'select 1'));
    await postgres.start();
    t.deepEqual(await query(postgres.url, 'select value from kept'), [{value: 42}]);
  } finally {
    await postgres.stop();
  }
  t.false(existsSync(folder));
  t.deepEqual(processesOf(folder), []);
});

test('it ends with the process that started it, killed as it may be', async (t) => {
  const helper = path.join(import.meta.dirname, 'postgres.ts');
  const program = `const {url} = await (await import(${JSON.stringify(helper)})).startPostgres();
    process.stdout.write(url);
    setInterval(() => 0, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
    });
  });
  const folder = folderOf(url);
  t.true(existsSync(folder));
  child.kill('SIGKILL');
  const limit = Date.now() + 5000;
  while ((existsSync(folder) || processesOf(folder).length > 0) && Date.now() < limit) await delay(50);
  t.false(existsSync(folder));
  t.deepEqual(processesOf(folder), []);
});
