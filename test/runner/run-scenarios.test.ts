// SPDX-License-Identifier: MIT
import test from 'ava';
import {Interrupted, runScenarios, SpecError, UsageError} from 'p2plab';
import {fileURLToPath} from 'node:url';

const unbuilt = () => {
  throw new Error('something was built');
};
const reporter = {progress: unbuilt, result: unbuilt};

test('what is wrong in the options is a UsageError with a hint, before anything is built', async (t) => {
  for (const wrong of [
    {scenarios: ['nvme-copy-same-swich']},
    {scenarios: ['nvme-copy-same-switch'], kernel: 'basline'},
    {scenarios: ['nvme-copy-same-switch'], variant: 'plane'},
    {scenarios: ['nvme-copy-same-switch'], series: ['/no/such/series']},
    {scenarios: ['nvme-copy-same-switch'], modules: ['/no/such/module']},
  ]) {
    const error = await t.throwsAsync(runScenarios({...wrong, reporter, record: false}), {
      instanceOf: UsageError,
    });
    t.truthy(error.hint, error.message);
  }
});

test('a scenario with an error names file, line and column', async (t) => {
  const file = fileURLToPath(new URL('fixtures/wrong.yaml', import.meta.url));
  const run = runScenarios({scenarios: [file], reporter, record: false});
  const error = await t.throwsAsync(run, {instanceOf: SpecError});
  t.regex(error.location.file, /fixtures\/wrong\.yaml$/);
});

test('a run that is aborted before it starts throws Interrupted', async (t) => {
  const run = runScenarios({
    ...{scenarios: ['nvme-copy-same-switch'], reporter, record: false},
    signal: AbortSignal.abort(),
  });
  await t.throwsAsync(run, {instanceOf: Interrupted});
});
