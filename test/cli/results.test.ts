// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {labRoot} from '../../src/base/paths.ts';
import {openDatabase} from '../../src/results/database/connect.ts';
import {listRuns} from '../../src/results/queries/list.ts';
import {seeded} from '../dashboard/seeded.ts';
import {facts} from '../results/facts.ts';
import {p2plab} from './p2plab.ts';

const file = path.join(temporary, 'cli.sqlite');
const env = {P2PLAB_DATABASE: file};

test.before(async () => {
  const {close} = await seeded('cli', file);
  await close();
});

const results = (...args: readonly string[]) => p2plab(['results', ...args], {env});

test('the newest runs are a table, by what is asked for; nothing of a guest reaches the terminal', async (t) => {
  const all = await results('list');
  t.is(all.exitCode, 0, all.stderr);
  t.regex(all.stdout, /^run +verdict +scenario/);
  t.false(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(all.stdout));
  const crashes = await results('list', '--verdict', 'crash', '--json');
  const [crash, ...others] = JSON.parse(crashes.stdout) as {readonly scenario: string; readonly id: number}[];
  t.deepEqual(others, []);
  t.is(crash?.scenario, 'broken');
  const shown = await results('show', String(crash?.id));
  t.regex(shown.stdout, /^CRASH broken \[switch\+my\/series, QEMU routed 10\.0\.2\] 1\.2 s/);
  t.regex(
    shown.stdout,
    /src → cmb BAR 2 {2}64 KiB in 2 pieces, the first at 0xfc010000, turned (around )?at sw0/,
  );
  t.regex((await results('list', '--nightly-runs')).stdout, /nightly +\S+ \S+ +ended +14 of 14/);
});

test('what a nightly run changed, and what differs between two kernels, with an exit code', async (t) => {
  const changed = await results('diff');
  t.is(changed.exitCode, 1);
  t.regex(changed.stdout, /^broke +broken +switch\+my\/series/m);
  const kernels = await results('diff', 'baseline', 'switch+my/series');
  t.is(kernels.exitCode, 1);
  t.regex(kernels.stdout, /^broken +pass +crash/m);
  t.is((await results('diff', 'switch+my/series', 'baseline')).exitCode, 0, 'nothing is worse on baseline');
  const none = await results('diff', 'a', 'b');
  t.is(none.exitCode, 2);
  t.regex(none.stderr, /has neither a nor b/);
  t.is((await results('diff', 'baseline')).exitCode, 2);
});

test('each format is written; which are known is told', async (t) => {
  for (const format of ['ktap', 'junit', 'kcidb', 'csv']) {
    const {exitCode, stdout} = await results('export', '--format', format, '--suite', 'nightly');
    t.is(exitCode, 0);
    t.true(stdout.includes('broken'), format);
    t.false(stdout.includes('gone'), 'that was in earlier nightly runs');
  }
  const odd = await results('export', '--format', 'xml');
  t.is(odd.exitCode, 2);
  t.regex(odd.stderr, /Allowed choices are ktap, junit, kcidb, csv/);
});

test('bundles are imported once, and what is none is told and left out', async (t) => {
  const folder = path.join(temporary, 'bundles');
  const one = path.join(folder, '2026-01-02T030405Z_copy_baseline_abc');
  mkdirSync(one, {recursive: true});
  mkdirSync(path.join(folder, 'half'));
  const inputs = {
    kernel: {name: 'baseline', key: 'k', release: '6.12'},
    image: {sha256: 'x'},
    acceleration: {name: 'tcg'},
  };
  writeFileSync(path.join(one, 'result.json'), JSON.stringify(facts().record));
  writeFileSync(path.join(one, 'inputs.json'), JSON.stringify(inputs));
  const database = path.join(temporary, 'imported.sqlite');
  const first = await p2plab(['results', 'import', folder, '--database', database]);
  t.is(first.stdout, '2 bundles: 1 recorded, 1 left out');
  t.regex(first.stderr, /half is no bundle of a run/);
  const again = await p2plab(['results', 'import', one, '--database', database]);
  t.is(again.stdout, '1 bundle: 0 recorded, 0 left out');
  const {db, close} = await openDatabase(database, {
    signal: new AbortController().signal,
    report: () => undefined,
  });
  t.is((await listRuns(db)).length, 1);
  await close();
});

test('what would go is told before it goes', async (t) => {
  const database = path.join(temporary, 'pruned.sqlite');
  const {db, close} = await seeded('pruned', database);
  const before = (await listRuns(db, {limit: 1000})).length;
  const dry = await p2plab(['results', 'prune', '--days', '1', '--dry-run', '--database', database]);
  t.regex(dry.stdout, /^\d+ runs would go; \d+ older than 1 day kept: something rests on them$/);
  t.is((await listRuns(db, {limit: 1000})).length, before);
  const real = await p2plab(['results', 'prune', '--days', '1', '--database', database]);
  t.is(real.stdout, dry.stdout.replace('would go', 'removed'));
  t.true((await listRuns(db, {limit: 1000})).length < before);
  await close();
});

test('a site is built, and pages are served until interrupted', async (t) => {
  const folder = path.join(temporary, 'site');
  const built = await p2plab(['dashboard', 'build', folder], {env});
  t.regex(built.stdout, /^\d+ pages made, \d+ files of evidence: open .*index\.html$/);
  t.true(existsSync(path.join(folder, 'index.html')));
  const server = execa(path.join(labRoot, 'p2plab'), ['dashboard', 'serve', '--port', '0'], {
    env,
    reject: false,
    buffer: false,
  });
  for await (const line of server) {
    const answer = await fetch(`${line}index.html`);
    t.is(answer.status, 200);
    server.kill('SIGINT');
  }
  t.is((await server).exitCode, 130);
});

test('a port that is taken, and a database that is not there, are told', async (t) => {
  const none = await p2plab(['results', 'list', '--database', 'postgres://127.0.0.1:1/none']);
  t.is(none.exitCode, 3);
  t.regex(none.stderr, /the database postgres:\/\/127\.0\.0\.1:1\/none cannot be used: .*ECONNREFUSED/);
  const host = await p2plab(['dashboard', 'serve', '--host', '203.0.113.1', '--port', '0'], {env});
  t.is(host.exitCode, 3);
  t.regex(host.stderr, /cannot listen on 203\.0\.113\.1/);
});
