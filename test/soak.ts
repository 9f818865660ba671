// SPDX-License-Identifier: MIT
// Counts false verdicts: runs the scenarios of a suite on a good kernel again and again while other processes
// load all cores. Every verdict but `pass`, `skip` and a known issue is false, `error` included.
//
//   node test/soak.ts [--suite smoke] [--runs 1000] [--load 4] [--jobs 4] [--qemu NAME]
//
// The last line is `N runs, N false verdicts`; the exit code is 1 if there is any. Not part of `npm test`: on two
// cores a thousand runs take about an hour.
import {parseArgs} from 'node:util';
import path from 'node:path';
import {execa} from 'execa';
import * as z from 'zod';
import {labRoot} from '../src/base/paths.ts';
import {readSuite} from '../src/spec/suite.ts';

const {values} = parseArgs({
  options: {
    suite: {type: 'string', default: 'smoke'},
    runs: {type: 'string', default: '1000'},
    load: {type: 'string', default: '4'},
    jobs: {type: 'string', default: '4'},
    qemu: {type: 'string'},
  },
});

const document = z.object({
  results: z.array(
    z.object({
      scenario: z.string(),
      verdict: z.string(),
      reason: z.string(),
      knownIssue: z.string().optional(),
      bundle: z.string(),
    }),
  ),
});

/** Processes that do nothing but compute. They end with this one, however it ends. */
function load(count: number): readonly AbortController[] {
  return Array.from({length: count}, () => {
    const stop = new AbortController();
    const busy = ['--pdeathsig', 'SIGKILL', '--', 'sh', '-c', 'while :; do :; done'];
    void execa('setpriv', busy, {reject: false, cancelSignal: stop.signal});
    return stop;
  });
}

const suite = readSuite(labRoot, path.join(labRoot, 'lab/suites', `${values.suite}.yaml`)).value;
const wanted = Number(values.runs);
const verdicts = new Map<string, number>();
let made = 0;
let falseOnes = 0;
const begun = performance.now();
const burden = load(Number(values.load));
try {
  while (made < wanted) {
    const qemu = values.qemu === undefined ? [] : ['--qemu', values.qemu];
    const {stdout} = await execa(
      path.join(labRoot, 'p2plab'),
      ['run', ...suite.scenarios, '--jobs', values.jobs, '--format', 'json', '--no-record', ...qemu],
      {reject: false, stdin: 'ignore', stderr: 'ignore'},
    );
    // A lab that failed before its first run prints no document: that is false, too, and there is no use going on.
    for (const {scenario, verdict, reason, knownIssue, bundle} of document.parse(JSON.parse(stdout))
      .results) {
      made++;
      const outcome = knownIssue === undefined ? verdict : `${verdict} (${knownIssue})`;
      verdicts.set(outcome, (verdicts.get(outcome) ?? 0) + 1);
      if (verdict === 'pass' || verdict === 'skip' || knownIssue !== undefined) continue;
      falseOnes++;
      console.log(`${scenario}: ${verdict}: ${reason} (${bundle})`);
    }
    const counts = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
    console.log(`# ${((performance.now() - begun) / 60_000).toFixed(1)} min: ${counts}`);
  }
} finally {
  for (const stop of burden) stop.abort();
}
console.log(`${made} runs, ${falseOnes} false verdicts`);
process.exitCode = falseOnes === 0 ? 0 : 1;
