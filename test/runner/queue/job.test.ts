// SPDX-License-Identifier: MIT
import test from 'ava';
import {jobId, readJob, readMade} from '../../../src/runner/queue/job.ts';

const nightlyRun = {suite: 'smoke', begun: '2026-11-28T07:00:00.000Z'};

test('an attempt has the same id each time, and no other has it', (t) => {
  const id = jobId(nightlyRun, 'baseline/plain/a', 1);
  t.is(jobId({...nightlyRun}, 'baseline/plain/a', 1), id);
  t.regex(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const others = [
    jobId({...nightlyRun, suite: 'other'}, 'baseline/plain/a', 1),
    jobId({...nightlyRun, begun: '2026-11-28T07:00:00.001Z'}, 'baseline/plain/a', 1),
    jobId(nightlyRun, 'baseline/plain/b', 1),
    jobId(nightlyRun, 'baseline/plain/a', 2),
  ];
  t.is(new Set([id, ...others]).size, 5);
});

test('what is no job, or no result, is told from one', (t) => {
  const job = {run: 'k/plain/a', scenario: 'a', kernel: 'k', variant: 'plain', attempt: 1, nightlyRun: 3};
  t.deepEqual(readJob(JSON.parse(JSON.stringify(job))), job);
  t.is(readJob({...job, attempt: 'first'}), undefined);
  t.is(readJob(null), undefined);
  t.is(readMade({message: 'job heartbeat timeout'}), undefined);
});
