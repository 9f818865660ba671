// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import type {Context, Progress} from '../../src/base/context.ts';
import {Interrupted} from '../../src/base/errors.ts';
import {type Task, withTasks} from '../../src/runner/tasks.ts';

/** A context, how to abort it, and what it was told. */
function fakeContext() {
  const controller = new AbortController();
  const reported: Progress[] = [];
  const context: Context = {signal: controller.signal, report: (progress) => reported.push(progress)};
  return {
    context,
    reported,
    abort: () => {
      controller.abort(new Interrupted());
    },
  };
}

/** A task that writes down when it is set up and torn down. */
function traced(title: string, log: string[], expectError?: 'setup' | 'teardown'): Task<string> {
  const step = (name: 'setup' | 'teardown') => (): Promise<string> => {
    log.push(`${name} ${title}`);
    return expectError === name ? Promise.reject(new Error(`${name} of ${title}`)) : Promise.resolve(title);
  };
  return {title, setup: step('setup'), teardown: step('teardown')};
}

test('tasks are torn down in reverse order', async (t) => {
  const log: string[] = [];
  const result = await withTasks(fakeContext().context, async ({begin}) => {
    const made = [await begin(traced('lock', log)), await begin(traced('database', log))];
    log.push('work');
    return made;
  });
  t.deepEqual(result, ['lock', 'database']);
  t.deepEqual(log, ['setup lock', 'setup database', 'work', 'teardown database', 'teardown lock']);
});

test('the error of the work is thrown, and a failed teardown reported', async (t) => {
  const log: string[] = [];
  const {context, reported} = fakeContext();
  const run = withTasks(context, async ({begin}) => {
    await begin(traced('lock', log));
    await begin(traced('database', log, 'teardown'));
    throw new Error('work');
  });
  await t.throwsAsync(run, {message: 'work'});
  t.deepEqual(log.slice(2), ['teardown database', 'teardown lock']);
  t.deepEqual(reported, [{topic: 'database', text: 'teardown failed: teardown of database'}]);
});

test('a failed teardown fails a run that succeeded', async (t) => {
  const log: string[] = [];
  const run = withTasks(fakeContext().context, ({begin}) => begin(traced('database', log, 'teardown')));
  await t.throwsAsync(run, {message: 'teardown of database'});
});

test('an interrupted run sets up no further task and tears down the others', async (t) => {
  const log: string[] = [];
  const {context, abort} = fakeContext();
  const run = withTasks(context, async ({begin}) => {
    await begin(traced('lock', log));
    abort();
    await begin(traced('database', log));
  });
  await t.throwsAsync(run, {instanceOf: Interrupted});
  t.deepEqual(log, ['setup lock', 'teardown lock']);
});

const outcomes = fc.array(fc.constantFrom('works', 'setup', 'teardown', 'abort'), {maxLength: 8});

testProp(
  'what was set up is torn down exactly once, in reverse order',
  [outcomes, fc.boolean()],
  async (t, tasks, throws) => {
    const log: string[] = [];
    const {context, abort} = fakeContext();
    let caught: unknown;
    await withTasks(context, async ({begin}) => {
      for (const [index, outcome] of tasks.entries()) {
        if (outcome === 'abort') abort();
        const expectError = outcome === 'setup' || outcome === 'teardown' ? outcome : undefined;
        await begin(traced(String(index), log, expectError));
      }
      if (throws) throw new Error('work');
    }).catch((error: unknown) => {
      caught = error;
    });
    const stop = tasks.findIndex((outcome) => outcome === 'setup' || outcome === 'abort');
    const made = Array.from(tasks.slice(0, stop === -1 ? undefined : stop).keys()).map(String);
    t.deepEqual(
      log.filter((line) => line.startsWith('teardown')),
      made.toReversed().map((title) => `teardown ${title}`),
    );
    const expectError = stop !== -1 || throws || tasks.includes('teardown');
    t.is(caught !== undefined, expectError);
    if (stop !== -1) t.is(caught instanceof Interrupted, tasks[stop] === 'abort');
  },
);
