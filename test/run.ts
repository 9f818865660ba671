// SPDX-License-Identifier: MIT
// Runs all tests and ends with a line of its own that any CI can read: `N passed, N failed[, N skipped]`.
// What needs no guest goes first, so that a mistake there shows early.
import {execa} from 'execa';
import {labRoot} from '../src/base/paths.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Phase {
  readonly title: string;
  readonly files: readonly string[];
  /** Test files at the same time: guests want the cores for themselves. */
  readonly concurrency: number;
}

const phases: readonly Phase[] = [
  {title: 'units', files: ['test/!(guests|cli)/**/*.test.ts'], concurrency: 2},
  {title: 'the command line', files: ['test/cli/**/*.test.ts'], concurrency: 1},
  {title: 'guests', files: ['test/guests/**/*.test.ts'], concurrency: 1},
];

/** Runs a phase by AVA, which prints TAP, and counts its results. */
async function run({title, files, concurrency}: Phase): Promise<Counts> {
  const counts: Counts = {passed: 0, failed: 0, skipped: 0};
  console.log(`\n== ${title}`);
  const args = ['--tap', `--concurrency=${concurrency}`, '--timeout=15m', ...files];
  const ava = execa('ava', args, {
    cwd: labRoot,
    preferLocal: true,
    reject: false,
    stdin: 'ignore',
    stderr: 'inherit',
  });
  for await (const line of ava) {
    count(line, counts);
    if (!/^(TAP version|1\.\.|# (tests|pass|fail|skip)\b)/.test(line)) console.log(line);
  }
  const {exitCode} = await ava;
  const ran = counts.passed + counts.failed + counts.skipped;
  if (ran === 0 || (exitCode !== 0 && counts.failed === 0)) {
    console.log(`not ok - AVA ended with ${exitCode ?? 'a signal'} after ${ran} tests`);
    counts.failed++;
  }
  return counts;
}

/** Counts a line of TAP; a test that is to be done is one that is skipped. */
function count(line: string, counts: Counts): void {
  if (/^not ok\b/.test(line)) {
    if (/# TODO\b/i.test(line)) counts.skipped++;
    else counts.failed++;
  } else if (/^ok\b/.test(line)) {
    if (/# (SKIP|TODO)\b/i.test(line)) counts.skipped++;
    else counts.passed++;
  }
}

// On a new machine this is where the minutes go: no test has the patience for it.
const built = await execa('./p2plab', ['kernel', 'build', 'baseline', 'switch', 'pagemap', 'resource'], {
  cwd: labRoot,
  reject: false,
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (built.exitCode !== 0) {
  console.log('\n0 passed, 1 failed');
  process.exit(1);
}

const total: Counts = {passed: 0, failed: 0, skipped: 0};
for (const phase of phases) {
  const counts = await run(phase);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
