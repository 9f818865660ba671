// SPDX-License-Identifier: MIT
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import type {Context} from '../../../src/base/context.ts';
import {type Loaded, packed} from '../../../src/runner/schedule/packed.ts';
import {recordingContext} from '../../base/contexts.ts';

interface Piece extends Loaded {
  readonly name: string;
}

function piece(name: string, cpus = 1, memory = 1): Piece {
  return {name, load: {cpus, memory}};
}

/** Work that goes on when it is told to; `begun` has the names in the order in which they were begun. */
function steered(): {
  readonly begun: string[];
  readonly work: (one: Piece, context: Context) => Promise<'done' | 'again'>;
  /** Ends the oldest piece of this name. */
  readonly end: (name: string, state?: 'done' | 'again' | Error) => Promise<void>;
  readonly idle: (name: string) => Promise<void>;
} {
  const begun: string[] = [];
  const going = new Map<string, {end: (state: 'done' | 'again' | Error) => void; context: Context}>();
  return {
    begun,
    work: (one, context) =>
      new Promise((resolve, reject) => {
        begun.push(one.name);
        const end = (state: 'done' | 'again' | Error): void => {
          if (state instanceof Error) reject(state);
          else resolve(state);
        };
        going.set(one.name, {end, context});
      }),
    end: async (name, state = 'done') => {
      going.get(name)?.end(state);
      await setImmediate();
    },
    idle: async (name) => {
      going.get(name)?.context.idle?.();
      await setImmediate();
    },
  };
}

const host = {cpus: 1, memory: 2};

test('an idle guest leaves its processors, but not its memory', async (t) => {
  const {begun, work, end, idle} = steered();
  const all = packed([piece('a'), piece('b'), piece('c')], host, recordingContext(), work);
  await setImmediate();
  t.deepEqual(begun, ['a']);
  await idle('a');
  t.deepEqual(begun, ['a', 'b']);
  await idle('b');
  // There is a processor, and no memory.
  t.deepEqual(begun, ['a', 'b']);
  await end('a');
  t.deepEqual(begun, ['a', 'b', 'c']);
  await end('b');
  await end('c');
  await all;
});

test('what comes again comes before what waits', async (t) => {
  const {begun, work, end} = steered();
  const all = packed([piece('a'), piece('b')], host, recordingContext(), work);
  await setImmediate();
  await end('a', 'again');
  t.deepEqual(begun, ['a', 'a']);
  await end('a');
  t.deepEqual(begun, ['a', 'a', 'b']);
  await end('b');
  await all;
});

test('a guest that is idle when its run has ended takes nothing', async (t) => {
  const {begun, work, end, idle} = steered();
  const all = packed([piece('a'), piece('b'), piece('c')], host, recordingContext(), work);
  await setImmediate();
  await end('a');
  await idle('a');
  t.deepEqual(begun, ['a', 'b']);
  await end('b');
  await end('c');
  await all;
});

test('the first error ends all, and none is begun after it', async (t) => {
  const {begun, work, end, idle} = steered();
  const all = packed([piece('a'), piece('b'), piece('c', 2)], host, recordingContext(), work);
  await setImmediate();
  await idle('a');
  t.deepEqual(begun, ['a', 'b']);
  await end('b', new Error('no more'));
  await end('a');
  await t.throwsAsync(all, {message: 'no more'});
  t.deepEqual(begun, ['a', 'b']);
});
