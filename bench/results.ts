// SPDX-License-Identifier: MIT
// What a database of a million results costs the pages, against one of three nightly runs:
//   NAME: R x small (LARGE s / SMALL s)
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {dashboard} from '../src/dashboard/serve.ts';
import {buildSite} from '../src/dashboard/site.ts';
import {type Connection, openDatabase} from '../src/results/database/connect.ts';
import {endNightlyRun, openNightlyRun} from '../src/results/database/nightly-runs.ts';
import {recordRun} from '../src/results/database/record.ts';
import {facts} from '../test/results/facts.ts';
import {fill, resultsIn, type Size} from './synthetic.ts';

const large: Size = {nightlyRuns: 1000, scenarios: 250};
const small: Size = {nightlyRuns: 3, scenarios: 250};
const rounds = 9;

const context = {signal: new AbortController().signal, report: () => undefined};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Another nightly run of ten runs, of which a site has to tell. */
async function anotherNightlyRun({db}: Connection, number: number): Promise<void> {
  const begun = new Date(Date.UTC(2040, 0, number)).toISOString();
  const nightlyRun = await openNightlyRun(db, {suite: 'added', begun, host: 'host', planned: 10});
  const outcomes = [];
  for (let index = 0; index < 10; index++) {
    const one = facts({scenario: `added-${index}`, name: `added-${number}-${index}`, begun});
    await recordRun(db, one, nightlyRun);
    const about = {scenario: `added-${index}`, topology: 'nvme-switch', variant: 'plain', kernel: 'baseline'};
    outcomes.push({...about, outcome: 'pass' as const, attempts: 1, run: one.name});
  }
  await endNightlyRun(db, nightlyRun, outcomes);
}

/** Prints what the large database and the small one take for the same. */
export async function benchResults(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'p2plab-bench-'));
  try {
    const sizes = {large, small};
    const open = async (name: keyof typeof sizes): Promise<Connection> => {
      const file = path.join(folder, `${name}.sqlite`);
      await fill(file, sizes[name]);
      return openDatabase(file, context);
    };
    const both = {large: await open('large'), small: await open('small')};
    console.error(`${resultsIn(large)} results against ${resultsIn(small)}`);
    const print = (name: string, times: Record<keyof typeof sizes, number[]>): void => {
      const [a, b] = [median(times.large), median(times.small)];
      console.log(`${name}: ${(a / b).toFixed(2)} x small (${a.toFixed(3)} s / ${b.toFixed(3)} s)`);
    };
    for (const page of ['index', 'grid', 'designs', 'flakes', 'health', 'case/54', 'counts']) {
      const times = {large: [] as number[], small: [] as number[]};
      for (let round = 0; round < (page === 'counts' ? 3 : rounds); round++) {
        for (const name of ['large', 'small'] as const) {
          const app = dashboard({db: both[name].db, token: undefined, hosts: undefined});
          times[name].push(await seconds(async () => (await app.request(`/${page}.html`)).text()));
        }
      }
      print(`page-${page.replace(/\/.*/, '')}`, times);
    }
    const built = {large: [] as number[], small: [] as number[]};
    for (const name of ['large', 'small'] as const)
      await buildSite(both[name], path.join(folder, name), context);
    for (let round = 1; round <= 3; round++) {
      for (const name of ['large', 'small'] as const) {
        await anotherNightlyRun(both[name], round);
        built[name].push(await seconds(() => buildSite(both[name], path.join(folder, name), context)));
      }
    }
    print('site-one-more-night', built);
    await Promise.all([both.large.close(), both.small.close()]);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

if (import.meta.main) await benchResults();
