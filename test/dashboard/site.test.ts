// SPDX-License-Identifier: MIT
import {seeded} from './seeded.ts';
import {temporary} from '../base/temporary-cache.ts';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {buildSite} from '../../src/dashboard/site.ts';
import {singlePages} from '../../src/dashboard/routes.ts';
import {endNightlyRun, openNightlyRun} from '../../src/results/database/nightly-runs.ts';
import {recordRun} from '../../src/results/database/record.ts';
import {facts} from '../results/facts.ts';

const context = {signal: new AbortController().signal, report: () => undefined};
const connection = await seeded('site');
const always = Object.keys(singlePages).length + 2;

test.serial('every link of a site leads to a file of it', async (t) => {
  const folder = path.join(temporary, 'whole');
  const {pages} = await buildSite(connection, folder, context);
  t.true(pages > 60);
  const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((name) =>
    name.endsWith('.html'),
  );
  t.is(files.length, pages);
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    for (const [, target] of text.matchAll(/<(?:a|img|link)\b[^>]*?\b(?:href|src)="([^"#]+)["#]/g)) {
      if (target === undefined || target.startsWith('data:')) continue;
      t.true(
        existsSync(path.resolve(folder, path.dirname(file), decodeURIComponent(target))),
        `${file}: ${target}`,
      );
    }
  }
});

test.serial('what is there is not made again: the work grows with what is new', async (t) => {
  const folder = path.join(temporary, 'whole');
  t.is((await buildSite(connection, folder, context)).pages, always);
  await recordRun(connection.db, facts({scenario: 'copy', verdict: 'fail', reason: 'a kind of its own'}));
  // The run, its case, its kind.
  t.is((await buildSite(connection, folder, context)).pages, always + 3);
});

test.serial('a nightly run that began before another and ended after it has its page, too', async (t) => {
  const folder = path.join(temporary, 'whole');
  const {db} = connection;
  const head = {host: 'host-1', planned: 0};
  const slow = await openNightlyRun(db, {...head, suite: 'slow', begun: '2026-01-01T01:00:00.000Z'});
  const quick = await openNightlyRun(db, {...head, suite: 'quick', begun: '2026-01-01T02:00:00.000Z'});
  for (const nightlyRun of [quick, slow]) {
    await endNightlyRun(db, nightlyRun, []);
    await buildSite(connection, folder, context);
    t.true(existsSync(path.join(folder, `nightly/${nightlyRun}.html`)));
  }
});

test.serial('a folder with pages of somebody else is left alone', async (t) => {
  const folder = path.join(temporary, 'theirs');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'index.html'), 'mine');
  const error = await t.throwsAsync(buildSite(connection, folder, context));
  t.like(error, {name: 'UsageError'});
  t.is(readFileSync(path.join(folder, 'index.html'), 'utf8'), 'mine');
});

/** A database that fails once as much of it was asked for. */
function failing(after: number): typeof connection {
  let asked = 0;
  const db = new Proxy(connection.db, {
    get: (target, name) => {
      if (name === 'selectFrom' && ++asked > after) throw new Error('killed');
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return {...connection, db};
}

test.serial('a first build that was interrupted, wherever, is made again', async (t) => {
  const whole = path.join(temporary, 'in-one-go');
  const {pages} = await buildSite(connection, whole, context);
  for (const after of [5, 30, 100]) {
    const folder = path.join(temporary, `interrupted-${after}`);
    await t.throwsAsync(buildSite(failing(after), folder, context), {message: 'killed'});
    t.is((await buildSite(connection, folder, context)).pages, pages, `after ${after}`);
    t.deepEqual(readdirSync(folder).toSorted(), readdirSync(whole).toSorted());
  }
});

test.serial('one that was killed by an older p2plab, or while it wrote, blocks no other', async (t) => {
  const folder = path.join(temporary, 'killed');
  const {pages} = await buildSite(connection, folder, context);
  for (const left of ['', '{"look":"x', undefined]) {
    const mark = path.join(folder, 'built.json');
    if (left === undefined) rmSync(mark);
    else writeFileSync(mark, left);
    mkdirSync(path.join(folder, '.parts'), {recursive: true});
    writeFileSync(path.join(folder, '.parts/half'), 'ha');
    t.is((await buildSite(connection, folder, context)).pages, pages);
    t.false(existsSync(path.join(folder, '.parts')));
  }
});
