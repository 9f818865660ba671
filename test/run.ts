// SPDX-License-Identifier: MIT
// Runs the tests of the phases that are named (units, slow, cli, guests, nightly), else all but those of the nightly
// run, and ends with the tests that failed and a line that any CI can read: `N passed, N failed[, N skipped]`.
// Tests that boot no guest run first, so that a mistake there shows early. Kernels and QEMU are built before the
// phase that needs them: a build's duration must not count against the time limit of a test.
import {execa} from 'execa';
import {messageOf} from '../src/base/errors.ts';
import {labRoot} from '../src/base/paths.ts';
import {type Counts, runAva} from './ava.ts';
import {chosenPhases, type Phase} from './phases.ts';

/** AVA stops a phase in which no test has ended for so long. It has to be longer than the limit of any test. */
const inactivity = '45m';

async function build(words: string): Promise<boolean> {
  const {exitCode} = await execa('./p2plab', words.split(' '), {
    cwd: labRoot,
    reject: false,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return exitCode === 0;
}

function phasesOf(names: readonly string[]): readonly Phase[] {
  try {
    return chosenPhases(names);
  } catch (error) {
    process.stderr.write(`test/run.ts: ${messageOf(error)}\n`);
    process.exit(2);
  }
}

const total: Counts = {passed: 0, failed: 0, skipped: 0, failures: []};

function add({passed, failed, skipped, failures}: Counts): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  total.failures.push(...failures);
}

/** Measures how long each test file takes, where one runs at a time: AVA's names begin with the file's. */
function stopwatch(): {readonly line: (line: string) => void; readonly slowest: (count: number) => string} {
  const seconds = new Map<string, number>();
  let last = performance.now();
  return {
    line: (line) => {
      const file = /^(?:not )?ok \d+ - (?<file>[^ ]+)/.exec(line)?.groups?.['file'];
      if (file === undefined) return;
      const now = performance.now();
      seconds.set(file, (seconds.get(file) ?? 0) + (now - last) / 1000);
      last = now;
    },
    slowest: (count) =>
      [...seconds]
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, count)
        .map(([file, taken]) => `${file} ${taken.toFixed(0)} s`)
        .join(', '),
  };
}

for (const {name, builds, files, concurrency} of phasesOf(process.argv.slice(2))) {
  console.log(`\n== ${name}`);
  const begun = performance.now();
  for (const words of builds) {
    if (await build(words)) continue;
    console.log(`not ok - p2plab ${words}`);
    total.failed++;
    total.failures.push(`p2plab ${words}`);
  }
  const built = performance.now();
  const args = [`--concurrency=${concurrency}`, `--timeout=${inactivity}`, ...files];
  const watch = stopwatch();
  add(
    await runAva(args, (line) => {
      watch.line(line);
      console.log(line);
    }),
  );
  const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(0)} s`;
  console.log(`# ${name}: ${seconds(begun, built)} of builds, ${seconds(built, performance.now())} of tests`);
  if (concurrency === 1) console.log(`# slowest: ${watch.slowest(40)}`);
}
for (const failure of total.failures) console.log(`# failed: ${failure}`);
console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
