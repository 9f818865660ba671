// SPDX-License-Identifier: MIT
import {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import type {Guest} from '../../src/guest/guest.ts';
import {GuestLog} from '../../src/scenario/guest-log.ts';

const root = mkdtempSync(path.join(tmpdir(), 'p2plab-log-'));
process.on('exit', () => {
  rmSync(root, {recursive: true, force: true});
});

const record = (sequence: number, text: string): string => `4,${sequence},${sequence * 100},-;${text}`;
const line = (sequence: number, text: string): string =>
  `[    0.${String(sequence * 100).padStart(6, '0')}] ${text}\r\n`;

/** A guest of which only the log and the console are there. */
function guestOf(answers: readonly (readonly string[])[]): {log: GuestLog; folder: string; console: string} {
  const folder = mkdtempSync(path.join(root, 'run-'));
  const console = path.join(folder, 'console.log');
  writeFileSync(console, 'SeaBIOS\n');
  const left = [...answers];
  const guest = {
    consoleFile: console,
    run: () => {
      const records = left.shift() ?? [];
      const end = `{"op":"log","ok":true,"records":${records.length},"more":false}`;
      return Promise.resolve({
        code: 0,
        stdout: [...records, end, ''].join('\n'),
        stderr: '',
        truncated: false,
      });
    },
  };
  return {log: new GuestLog(guest as unknown as Guest, folder), folder, console};
}

test('the log is read piece by piece, and kept as dmesg prints it', async (t) => {
  const {log, folder} = guestOf([
    [record(0, 'a'), record(1, String.raw`b\x0ac \xc3\xa9\x1b[2J`)],
    [record(2, 'd')],
  ]);
  t.deepEqual((await log.look()).log.lines, [
    '[    0.000000] a',
    '[    0.000100] b',
    String.raw`[    0.000100] c é\x1b[2J`,
  ]);
  const second = await log.look();
  t.deepEqual(second.log.lines, ['[    0.000200] d']);
  t.is(second.log.before.length, 3);
  t.deepEqual(second.errors, []);
  t.is(readFileSync(path.join(folder, 'dmesg.txt'), 'utf8').split('\n').length, 5);
});

test('records that were overwritten are an error, unless the console has them', async (t) => {
  const answers = [[record(0, 'a')], [record(4, 'e')]];
  const lost = guestOf(answers);
  await lost.log.look();
  appendFileSync(lost.console, `${line(1, 'b')}user space says [    0.000200] c\r\n${line(4, 'e')}`);
  const {errors} = await lost.log.look();
  t.is(errors.length, 1);
  t.regex(
    errors[0] ?? '',
    /overwrote 3 records of its log before they were read, and the console has 1 of them/,
  );

  const covered = guestOf(answers);
  await covered.log.look();
  const texts = ['b', 'WARNING: CPU: 0 PID: 1 at here', 'd', 'e'];
  appendFileSync(covered.console, texts.map((text, index) => line(index + 1, text)).join(''));
  const look = await covered.log.look();
  t.deepEqual(look.errors, []);
  t.is(look.console.lines.length, 4);
});

test('the first records are missed as all others are', async (t) => {
  const {log} = guestOf([[record(7, 'h')]]);
  t.regex((await log.look()).errors[0] ?? '', /overwrote 7 records/);
});

test('a log that goes backwards is none', async (t) => {
  const {log} = guestOf([[record(1, 'b'), record(0, 'a')]]);
  await t.throwsAsync(log.look(), {message: /record 0 comes after record 1/});
});
