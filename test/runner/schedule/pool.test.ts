// SPDX-License-Identifier: MIT
import test from 'ava';
import type {Context} from '../../../src/base/context.ts';
import {Interrupted} from '../../../src/base/errors.ts';
import {packed} from '../../../src/runner/schedule/packed.ts';
import {pool} from '../../../src/runner/schedule/pool.ts';

const report = (): void => undefined;
const load = {cpus: 1, memory: 1};

/** Ways to do pieces of work with a context. */
const ways: Readonly<Record<string, (context: Context, work: () => Promise<void>) => Promise<void>>> = {
  pool: (context, work) => pool(2, [1, 2, 3], context, work),
  packed: (context, work) =>
    packed([{load}, {load}, {load}], {cpus: 1, memory: 9}, context, async () => {
      await work();
      return 'done';
    }),
};

for (const [name, run] of Object.entries(ways)) {
  test(`${name}: what was interrupted before it began is no success`, async (t) => {
    let done = 0;
    const work = () => {
      done++;
      return Promise.resolve();
    };
    await t.throwsAsync(run({signal: AbortSignal.abort(new Interrupted()), report}, work), {
      instanceOf: Interrupted,
    });
    t.is(done, 0);
  });

  test(`${name}: nor is what was interrupted between two pieces`, async (t) => {
    const controller = new AbortController();
    const work = () => {
      controller.abort(new Interrupted());
      return Promise.resolve();
    };
    await t.throwsAsync(run({signal: controller.signal, report}, work), {instanceOf: Interrupted});
  });
}
