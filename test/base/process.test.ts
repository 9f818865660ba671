// SPDX-License-Identifier: MIT
import {spawn} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {temporary} from './temporary-cache.ts';
import {HostError, Interrupted} from '../../src/base/errors.ts';
import {output, run, runGroup} from '../../src/base/process.ts';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A zombie that nobody has reaped yet is dead.
  return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 20) {
    if (condition()) return;
    await delay(20);
  }
  throw new Error(`waited 10 s until ${what}`);
}

test('a command that is not there names the package that brings it', async (t) => {
  const error = await t.throwsAsync(run('dropbearconvert-not-here', []), {instanceOf: HostError});
  t.regex(error.hint ?? '', /apt-get install/);
  await t.throwsAsync(runGroup('no-such-make', []), {instanceOf: HostError});
});

test('output fails with the last lines of the command', async (t) => {
  await t.throwsAsync(output('sh', ['-c', 'echo before; echo wrong >&2; exit 7']), {
    instanceOf: HostError,
    message: /\(7\):\nbefore\nwrong/,
  });
});

test('a group returns exit code, both outputs and each line', async (t) => {
  const lines: string[] = [];
  const finished = await runGroup('sh', ['-c', 'echo one; echo two >&2; exit 3'], {
    onLine: (line) => lines.push(line),
  });
  t.is(finished.exitCode, 3);
  t.deepEqual(lines.toSorted(), ['one', 'two']);
});

test('an abort kills the children of children', async (t) => {
  const file = path.join(temporary, 'grandchild');
  const controller = new AbortController();
  const group = runGroup('sh', ['-c', `sh -c 'sleep 100 & echo $! >${file}; wait'`], {
    signal: controller.signal,
  });
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '', 'the grandchild runs');
  const pid = Number(readFileSync(file, 'utf8'));
  t.true(alive(pid));
  controller.abort();
  await t.throwsAsync(group, {instanceOf: Interrupted});
  await until(() => !alive(pid), 'the grandchild is dead');
  t.pass();
});

test('the children of children die with a lab that is killed', async (t) => {
  const file = path.join(temporary, 'orphan');
  const module = path.resolve(import.meta.dirname, '../../src/base/process.ts');
  const program = `
    import {runGroup} from ${JSON.stringify(module)};
    await runGroup('sh', ['-c', ${JSON.stringify(`sh -c 'sleep 100 & echo $! >${file}; wait'`)}]);`;
  const lab = spawn(process.execPath, ['--input-type=module', '-e', program], {stdio: 'ignore'});
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '', 'the grandchild runs');
  const pid = Number(readFileSync(file, 'utf8'));
  lab.kill('SIGKILL');
  await until(() => !alive(pid), 'the grandchild is dead');
  t.pass();
});
