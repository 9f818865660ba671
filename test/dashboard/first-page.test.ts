// SPDX-License-Identifier: MIT
// The first page, in the states that a nightly run can leave: what changed, then what fails now, then known issues.
import {temporary} from '../base/temporary-cache.ts';
import path from 'node:path';
import test from 'ava';
import {dashboard} from '../../src/dashboard/serve.ts';
import {openDatabase} from '../../src/results/database/connect.ts';
import {endNightlyRun, openNightlyRun} from '../../src/results/database/nightly-runs.ts';
import {recordRun} from '../../src/results/database/record.ts';
import type {Outcome} from '../../src/results/outcome.ts';
import {resultsOf} from '../../src/results/queries/nightly-runs.ts';
import {standingWords} from '../../src/results/standing.ts';
import type {Verdict} from '../../src/base/verdict.ts';
import {facts} from '../results/facts.ts';

type NightlyRun = Readonly<Record<string, Outcome>>;

const context = {signal: new AbortController().signal, report: () => undefined};
const reasons: Partial<Record<Outcome, string>> = {
  fail: 'ledger: src wrote 64 KiB to host-memory; expected: src wrote 64 KiB to cmb.',
  crash: 'oops: NULL pointer dereference in p2pdma_map (drivers/pci/p2pdma.c:123)',
  error: 'QEMU ended: no space left on the disk',
  known: 'known issue map-page: nic read 8 KiB from cmb, which had to be refused',
};

/** The first page after these nightly runs. */
export async function pageOf(name: string, nightlyRuns: readonly NightlyRun[]): Promise<string> {
  const {db} = await openDatabase(path.join(temporary, `${name}.sqlite`), context);
  for (const [index, outcomes] of nightlyRuns.entries()) {
    const begun = new Date(Date.now() - (nightlyRuns.length - index) * 3_600_000).toISOString();
    const nightlyRun = await openNightlyRun(db, {suite: 'nightly', begun, host: 'host-1', planned: 14});
    const ended = [];
    for (const [scenario, outcome] of Object.entries(outcomes)) {
      const verdict: Verdict = outcome === 'known' ? 'fail' : outcome === 'flaky' ? 'pass' : outcome;
      const knownIssue = outcome === 'known' ? {knownIssue: 'map-page' as const} : {};
      const one = facts({
        scenario,
        verdict,
        begun,
        reason: reasons[outcome] ?? 'src wrote 64 KiB to cmb.',
        ...knownIssue,
      });
      await recordRun(db, one, nightlyRun);
      const about = {scenario, topology: 'nvme-switch', variant: 'plain', kernel: 'baseline'};
      ended.push({...about, outcome, attempts: outcome === 'fail' ? 2 : 1, run: one.name});
    }
    await endNightlyRun(db, nightlyRun, ended);
    if (index === nightlyRuns.length - 1) last.set(name, standingWords(await resultsOf(db, nightlyRun)));
  }
  return (await dashboard({db, token: undefined, hosts: undefined}).request('/index.html')).text();
}

const last = new Map<string, string>();
const heading = (text: string): string => /<h1>([^<]*)<\/h1>/.exec(text)?.[1] ?? '';

/** Where each stands in the page, in this order. */
function inOrder(text: string, ...parts: readonly string[]): boolean {
  let place = 0;
  return parts.every((part) => {
    place = text.indexOf(part, place) + 1;
    return place > 0;
  });
}

test('a failure that was there before is on the page, with its cause', async (t) => {
  for (const [name, nightlyRuns] of Object.entries({
    'first-night': [{copy: 'pass', lists: 'fail'}],
    'as-before': [
      {copy: 'pass', lists: 'fail'},
      {copy: 'pass', lists: 'fail'},
      {copy: 'pass', lists: 'fail'},
    ],
  } satisfies Record<string, readonly NightlyRun[]>)) {
    const text = await pageOf(name, nightlyRuns);
    t.is(heading(text), 'Nothing has changed; 1 fails');
    t.true(inOrder(text, 'What fails now', '>lists<', reasons.fail ?? ''), name);
    t.false(text.includes('Nothing fails'));
  }
});

test('what changed stands first, then all that fails', async (t) => {
  const text = await pageOf('regression', [
    {copy: 'pass', lists: 'fail', mended: 'crash', nic: 'known'},
    {copy: 'crash', lists: 'fail', mended: 'pass', nic: 'known'},
  ]);
  t.is(heading(text), '1 broke, 1 fixed; 2 fail, 1 known issue');
  t.true(
    inOrder(
      text,
      'What changed',
      '>copy<',
      '>mended<',
      'What fails now',
      '>copy<',
      '>lists<',
      'Known issues',
    ),
  );
});

test('where nothing fails it says so, and known issues are counted and named', async (t) => {
  t.is(heading(await pageOf('good', [{copy: 'pass'}, {copy: 'pass', slow: 'pass'}])), '1 new; nothing fails');
  const text = await pageOf('known', [
    {copy: 'pass', nic: 'known', edu: 'known'},
    {copy: 'pass', nic: 'known', edu: 'known'},
  ]);
  t.is(heading(text), 'Nothing has changed; 2 known issues');
  t.true(
    inOrder(
      text,
      'Nothing fails, apart from known issues',
      'Known issues',
      'map-page',
      '>2<',
      reasons.known ?? '',
    ),
  );
});

test('a lab that failed all nightly run is no quiet nightly run', async (t) => {
  const text = await pageOf('lab', [
    {copy: 'pass', nic: 'pass'},
    {copy: 'error', nic: 'flaky'},
  ]);
  t.is(heading(text), 'Nothing has changed; 1 flaky, 1 lab error');
  t.true(inOrder(text, 'What says nothing of a kernel', reasons.error ?? ''));
  t.is(last.get('lab'), heading(text));
});
