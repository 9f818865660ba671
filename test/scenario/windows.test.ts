// SPDX-License-Identifier: MIT
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import type {TraceEvent} from '../../src/evidence/trace-event.ts';
import {inWindows, wholeCommands} from '../../src/scenario/windows.ts';

const command: TraceEvent = {kind: 'nvme-command', operation: 'read', nsid: 1, bytes: 4096};
const map: TraceEvent = {kind: 'nvme-map', address: 0x1000, bytes: 4096};
const sent: TraceEvent = {kind: 'nic-transmit', address: 0x2000, bytes: 64};

test('a window begins and ends with whole commands', (t) => {
  t.deepEqual(wholeCommands([map, sent, command, map, map, sent, command, map]), [
    sent,
    command,
    map,
    map,
    sent,
  ]);
  t.deepEqual(wholeCommands([map, sent]), [sent]);
  t.deepEqual(wholeCommands([command, map]), []);
});

test('what is short has one window, which ends with it', async (t) => {
  let looks = 0;
  const begun = performance.now();
  const result = await inWindows(
    async () => {
      await delay(50);
      return 'done';
    },
    async (open) => {
      looks++;
      await open();
    },
  );
  t.is(result, 'done');
  t.is(looks, 1);
  t.true(performance.now() - begun < 900);
});

test('what goes wrong is told, the work before the look', async (t) => {
  const look = (): Promise<void> => Promise.reject(new Error('the look'));
  await t.throwsAsync(
    inWindows(() => delay(10), look),
    {message: 'the look'},
  );
  await t.throwsAsync(
    inWindows(() => Promise.reject(new Error('the work')), look),
    {message: 'the work'},
  );
});
