// SPDX-License-Identifier: MIT
import {temporary} from './temporary-state.ts';
import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type Postgres, query, startPostgres} from '../results/postgres.ts';
import {machineOf, qemu} from './lab.ts';
import {LabProcess} from './processes.ts';

const names = [
  'host-memory-only',
  'acs/redirect-refused',
  'nvme-copy-same-switch',
  'refused-across-root-ports',
];

let postgres: Postgres;

test.before(async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  [postgres] = await Promise.all([startPostgres(), machineOf('baseline')]);
});

test.after.always(() => postgres.stop());

/** A suite with a name of its own, a folder for its bundles, and workers for it. */
class NightlyRun {
  readonly suite: string;
  readonly bundles: string;
  readonly workers: LabProcess[] = [];
  readonly #nightlyRuns: LabProcess[] = [];
  readonly #file: string;
  readonly #state: string;

  constructor(t: ExecutionContext, suite: string, kernel = 'baseline') {
    // Those of a test that failed would work for the next one.
    t.teardown(() => {
      for (const lab of [...this.#nightlyRuns, ...this.workers]) lab.kill('SIGKILL');
    });
    // As it is recorded: a suite that is not the lab's is identified by its path.
    this.suite = path.join(temporary, suite, suite);
    this.bundles = path.join(temporary, suite, 'bundles');
    this.#state = path.join(temporary, suite, 'state');
    this.#file = path.join(temporary, suite, `${suite}.yaml`);
    mkdirSync(path.dirname(this.#file), {recursive: true});
    const scenarios = names.map((name) => `  - ${name}`).join('\n');
    writeFileSync(
      this.#file,
      `description: to be disturbed\nkernels: [${kernel}]\nscenarios:\n${scenarios}\n`,
    );
  }

  /** Begins the nightly run, or goes on with it. */
  begin(...more: readonly string[]): LabProcess {
    const words = ['nightly', this.#file, '--queue', '--database', postgres.url, ...more];
    const nightlyRun = new LabProcess(words, this.#state);
    this.#nightlyRuns.push(nightlyRun);
    return nightlyRun;
  }

  /** Begins a nightly run of the same suite in another lab of this host. */
  beginElsewhere(...more: readonly string[]): LabProcess {
    const words = ['nightly', this.#file, '--queue', '--database', postgres.url, ...more];
    const nightlyRun = new LabProcess(words, `${this.#state}-of-another`);
    this.#nightlyRuns.push(nightlyRun);
    return nightlyRun;
  }

  hire(...more: readonly string[]): LabProcess {
    const words = ['worker', '--jobs', '1', '--database', postgres.url, '--bundles', this.bundles];
    const worker = new LabProcess([...words, '--qemu', qemu, ...more]);
    this.workers.push(worker);
    return worker;
  }

  /** The nightly run came to its end, with each attempt once; nothing is left of the workers, who are sent home. */
  async over(t: ExecutionContext, nightlyRun: LabProcess): Promise<void> {
    t.is(await nightlyRun.ended, 0, [nightlyRun, ...this.workers].map(({output}) => output).join('\n---\n'));
    t.regex(nightlyRun.output, /^\w+: 4 runs: 4 pass$/m);
    for (const worker of this.workers) {
      worker.kill('SIGTERM');
      const ended = await worker.ended;
      t.true(ended === 130 || ended === 'SIGKILL', `${String(ended)}: ${worker.output}`);
      t.deepEqual(await worker.survivors(), []);
    }
    const runs = await query(
      postgres.url,
      `select cases.scenario, runs.bundle, runs.name from runs
       join nightly_runs on nightly_runs.id = runs.nightly_run_id join cases on cases.id = runs.case_id
       where nightly_runs.suite = '${this.suite}' and nightly_runs.state = 'ended'`,
    );
    t.deepEqual(runs.map(({scenario}) => scenario).toSorted(), names.toSorted(), 'each once');
    t.deepEqual(readdirSync(this.bundles).toSorted(), runs.map((run) => run['name']).toSorted());
    for (const {bundle} of runs) t.true(existsSync(path.join(String(bundle), 'SHA256SUMS')));
    const jobs = await query(
      postgres.url,
      `select job.state::text from p2plab_queue.job
       join nightly_runs on nightly_runs.id = (job.data->>'nightlyRun')::int
       where nightly_runs.suite = '${this.suite}' and nightly_runs.state = 'ended'`,
    );
    t.deepEqual(
      jobs.map(({state}) => state),
      names.map(() => 'completed'),
    );
  }
}

/** The run that a worker is at. */
const current = (worker: LabProcess): string | undefined =>
  [...worker.output.matchAll(/^took (\S+)$/gm)].map(([, run]) => run).at(-1);

test.serial('the run of a worker that is killed is made by another', async (t) => {
  t.timeout(1_800_000, 'a nightly run');
  const nightlyRun = new NightlyRun(t, 'killed');
  const lab = nightlyRun.begin();
  const [first, second] = [nightlyRun.hire(), nightlyRun.hire()];
  await first.runs(/^qemu-system/);
  const run = current(first);
  first.kill('SIGKILL');
  await first.ended;
  t.deepEqual(await first.survivors(), []);
  await nightlyRun.over(t, lab);
  t.true(run !== undefined && second.output.includes(`took ${run}\n`), second.output);
});

test.serial('a worker that was thought dead comes too late', async (t) => {
  t.timeout(1_800_000, 'a nightly run');
  const nightlyRun = new NightlyRun(t, 'stopped');
  const lab = nightlyRun.begin();
  const first = nightlyRun.hire();
  await first.runs(/^qemu-system/);
  const run = current(first) ?? '';
  first.kill('SIGSTOP');
  const second = nightlyRun.hire();
  await second.until(() => second.output.includes(`took ${run}\n`), 'the run is taken over');
  first.kill('SIGCONT');
  await first.until(() => first.output.includes(`dropped ${run}: `), 'it is dropped');
  await nightlyRun.over(t, lab);
  t.false(first.output.includes(`PASS ${run} `), first.output);
  t.true(second.output.includes(`PASS ${run} `), second.output);
});

test.serial('a database that is away for ten seconds costs nothing', async (t) => {
  t.timeout(1_800_000, 'a nightly run');
  const nightlyRun = new NightlyRun(t, 'away');
  const [first, second] = [nightlyRun.hire(), nightlyRun.hire()];
  for (const worker of nightlyRun.workers)
    await worker.until(() => / at a time$/m.test(worker.output), 'it is idle');
  await postgres.halt();
  await delay(2000);
  await postgres.start();
  const lab = nightlyRun.begin();
  await Promise.all([first.runs(/^qemu-system/), second.runs(/^qemu-system/)]);
  await postgres.halt();
  await delay(10_000);
  await postgres.start();
  await nightlyRun.over(t, lab);
});

test.serial('a worker that is asked to end gives its run back at once', async (t) => {
  t.timeout(1_800_000, 'a nightly run');
  const nightlyRun = new NightlyRun(t, 'ended');
  const lab = nightlyRun.begin();
  const first = nightlyRun.hire();
  await first.runs(/^qemu-system/);
  const run = current(first) ?? '';
  first.kill('SIGTERM');
  t.is(await first.ended, 130, first.output);
  t.deepEqual(await first.survivors(), []);
  // That of a worker that is thought dead stays active until its heartbeat is missed.
  const jobs = await query(
    postgres.url,
    `select job.state::text from p2plab_queue.job join nightly_runs on nightly_runs.id = (job.data->>'nightlyRun')::int
     where nightly_runs.suite like '%/ended' and job.data->>'run' = '${run}'`,
  );
  t.deepEqual(
    jobs.map(({state}) => state),
    ['retry'],
  );
  const second = nightlyRun.hire();
  await second.until(() => second.output.includes(`took ${run}\n`), 'the run is taken');
  await nightlyRun.over(t, lab);
});

test.serial('a nightly run that is killed goes on, and asks for nothing twice', async (t) => {
  t.timeout(1_800_000, 'a nightly run');
  const nightlyRun = new NightlyRun(t, 'again');
  const before = nightlyRun.begin();
  const worker = nightlyRun.hire();
  await worker.until(() => worker.output.includes('PASS '), 'a run has ended');
  before.kill('SIGKILL');
  await before.ended;
  await worker.until(() => worker.output.match(/^PASS /gm)?.length === 3, 'the worker goes on');
  await nightlyRun.over(t, nightlyRun.begin());
  t.is(worker.output.match(/^took /gm)?.length, names.length, worker.output);
});

test.serial('what a nightly run that is begun anew has left behind is dropped', async (t) => {
  t.timeout(1_800_000, 'a nightly run');
  const nightlyRun = new NightlyRun(t, 'anew');
  const before = nightlyRun.begin();
  await before.until(() => before.output.includes('4 waiting'), 'it is queued');
  before.kill('SIGINT');
  t.is(await before.ended, 130, before.output);
  const lab = nightlyRun.begin('--no-resume');
  await lab.until(() => lab.output.includes('4 waiting'), 'it is queued');
  const worker = nightlyRun.hire();
  await nightlyRun.over(t, lab);
  t.is(worker.output.match(/^dropped .*: its nightly run is over$/gm)?.length, names.length, worker.output);
});

test.serial('a worker that cannot make a run says why, and the kernel is not blamed', async (t) => {
  t.timeout(1_800_000, 'no guest');
  const nightlyRun = new NightlyRun(t, 'lacking');
  const worker = nightlyRun.hire('--qemu', '/there/is/no/qemu', '--idle-exit', '3');
  const lab = nightlyRun.begin();
  t.is(await lab.ended, 3, lab.output);
  t.regex(lab.output, /^lacking: 4 runs: 4 error$/m);
  t.regex(lab.output, /error: \/there\/is\/no\/qemu is not a QEMU that can be run/);
  t.is(await worker.ended, 0, 'it ends by itself when nothing comes');
});

test.serial(
  'two labs of one host run a suite side by side, and neither takes the runs of the other',
  async (t) => {
    t.timeout(1_800_000, 'no guest');
    const nightlyRun = new NightlyRun(t, 'twice');
    const first = nightlyRun.begin();
    await first.until(() => first.output.includes('4 waiting'), 'it is queued');
    const second = nightlyRun.beginElsewhere();
    await second.until(() => second.output.includes('4 waiting'), 'it is queued');
    // What a worker makes of them is an error of its own, so that no guest has to boot.
    nightlyRun.hire('--qemu', '/there/is/no/qemu', '--idle-exit', '3');
    for (const lab of [first, second]) {
      t.is(await lab.ended, 3, lab.output);
      t.is(
        lab.output.match(/error: \/there\/is\/no\/qemu is not a QEMU that can be run/g)?.length,
        4,
        lab.output,
      );
      t.false(lab.output.includes('taken out of the queue'), lab.output);
    }
  },
);

test.serial('what only this host has is not queued', async (t) => {
  t.timeout(1_800_000);
  const kernel = path.join(temporary, 'own.yaml');
  writeFileSync(kernel, 'description: none\nsource: {tree: /there/is/no/tree}\n');
  const lab = new NightlyRun(t, 'foreign', kernel).begin();
  t.is(await lab.ended, 2, lab.output);
  t.true(lab.output.includes(`workers on other hosts do not have the kernel ${kernel}`), lab.output);
  const other = new NightlyRun(t, 'foreign').begin('--qemu', '/usr/bin/qemu-system-x86_64');
  t.is(await other.ended, 2, other.output);
});
