// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import path from 'node:path';
import test from 'ava';
import {WaitError, within} from '../../src/guest/within.ts';

test('a wait that is too long says what it waited for', async (t) => {
  const never = new Promise<void>(() => undefined);
  const alive = setInterval(() => undefined, 10);
  await t.throwsAsync(within(20, 'a sign', never), {
    instanceOf: WaitError,
    message: 'waited 0.02 s for a sign',
  });
  clearInterval(alive);
});

test('what comes in time is handed on, failure too', async (t) => {
  t.is(await within(1000, 'it', Promise.resolve(3)), 3);
  await t.throwsAsync(within(1000, 'it', Promise.reject(new Error('no'))), {message: 'no'});
});

test('a wait that was given up does not keep the lab alive', (t) => {
  const module = path.resolve(import.meta.dirname, '../../src/guest/within.ts');
  const program = `
    import {within} from ${JSON.stringify(module)};
    const waiting = within(60_000, 'nothing', new Promise(() => undefined));
    await Promise.race([waiting, Promise.resolve()]);`;
  const {status} = spawnSync(process.execPath, ['--input-type=module', '-e', program], {timeout: 20_000});
  t.is(status, 0);
});
