// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {withLock} from '../../src/base/lock.ts';
import {mortalCommand} from '../../src/base/mortal.ts';
import {temporary} from './temporary-cache.ts';

const source = path.resolve(import.meta.dirname, '../../src');

/** A folder for PATH whose `setpriv` takes its time, as on a busy machine, and says that it runs. */
function slowSetpriv(name: string): {readonly folder: string; readonly runs: string} {
  const folder = path.join(temporary, name);
  const runs = path.join(folder, 'runs');
  mkdirSync(folder, {recursive: true});
  const file = path.join(folder, 'setpriv');
  writeFileSync(file, `#!/bin/sh\n: >${runs}\nsleep 1\nPATH=\${PATH#*:}\nexec setpriv "$@"\n`);
  chmodSync(file, 0o755);
  return {folder, runs};
}

/** Processes whose command line has this word. */
function processesWith(word: string): readonly string[] {
  return globSync('/proc/[0-9]*/cmdline').filter((file) => {
    try {
      return readFileSync(file, 'latin1').split('\0').includes(word);
    } catch {
      return false;
    }
  });
}

async function runs(file: string): Promise<void> {
  for (let waited = 0; !existsSync(file); waited += 10) {
    if (waited > 20_000) throw new Error(`waited 20 s for ${file}`);
    await delay(10);
  }
}

/** Kills a process that runs `program` while its child's `setpriv` has not armed anything yet. */
async function killEarly(t: ExecutionContext, name: string, program: string, word: string): Promise<void> {
  const slow = slowSetpriv(name);
  const parent: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {...process.env, PATH: `${slow.folder}:${process.env['PATH'] ?? ''}`},
  });
  await runs(slow.runs);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await delay(2500);
  t.deepEqual(processesWith(word), []);
}

test('a child outlives no parent that was killed before the child could ask to die with it', async (t) => {
  t.timeout(60_000);
  const module = JSON.stringify(path.join(source, 'guest/qemu-process.ts'));
  const word = `61.${process.pid}`;
  const program = `
    import {startQemu} from ${module};
    startQemu('/bin/sleep', ['${word}']);
    setInterval(() => undefined, 1000);`;
  await killEarly(t, 'slow-qemu', program, word);
});

test('nor does one that waits for a lock', async (t) => {
  t.timeout(60_000);
  const lock = path.join(temporary, 'contended-lock');
  const context = {signal: new AbortController().signal, report: () => undefined};
  await withLock(lock, 'a test', context, async () => {
    const module = JSON.stringify(path.join(source, 'base/lock.ts'));
    const program = `
      import {withLock} from ${module};
      const context = {signal: new AbortController().signal, report: () => undefined};
      await withLock(${JSON.stringify(lock)}, 'a test', context, async () => undefined);`;
    // The holder has the word too; the helper of the one that waits for it is what must go.
    const before = processesWith(lock).length;
    await killEarly(t, 'slow-lock', program, 'no such word');
    t.is(processesWith(lock).length, before);
  });
});

test('a child of a parent that lives keeps its PID, its words and its exit code', async (t) => {
  const [helper, ...words] = mortalCommand('sh', ['-c', 'echo $$ "$1"; exit 7', 'sh', "it's one word"]);
  const child = spawn(helper, words, {stdio: ['ignore', 'pipe', 'inherit']});
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  t.is(code, 7);
  t.is(said, `${child.pid} it's one word\n`);
});
