// SPDX-License-Identifier: MIT
// Runs all tests and ends with a line of its own that any CI can read: `N passed, N failed[, N skipped]`.
// Tests that boot no guest run first, so that a mistake there shows early. Kernels and QEMU are built before the
// phase that needs them: a build's duration must not count against the time limit of a test.
import {execa} from 'execa';
import {labRoot} from '../src/base/paths.ts';
import {type Counts, runAva} from './ava.ts';

interface Phase {
  readonly title: string;
  /** Commands of p2plab that build what the phase's tests boot. */
  readonly builds: readonly string[];
  readonly files: readonly string[];
  /** How many test files run at the same time. Guests need the cores for themselves. */
  readonly concurrency: number;
}

const phases: readonly Phase[] = [
  {title: 'units', builds: [], files: ['test/*.test.ts', 'test/!(guests|cli)/**/*.test.ts'], concurrency: 2},
  {title: 'the command line', builds: ['kernel build'], files: ['test/cli/**/*.test.ts'], concurrency: 1},
  {
    title: 'guests',
    builds: [
      'kernel build switch pagemap resource',
      'kernel build --arch aarch64 baseline pagemap resource',
      'kernel build --lane debug',
      'qemu build routed',
    ],
    files: ['test/guests/**/*.test.ts'],
    concurrency: 1,
  },
];

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

const total: Counts = {passed: 0, failed: 0, skipped: 0};

function add({passed, failed, skipped}: Counts): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

for (const {title, builds, files, concurrency} of phases) {
  console.log(`\n== ${title}`);
  const begun = performance.now();
  for (const words of builds) {
    if (await build(words)) continue;
    console.log(`not ok - p2plab ${words}`);
    total.failed++;
  }
  const built = performance.now();
  const args = [`--concurrency=${concurrency}`, `--timeout=${inactivity}`, ...files];
  add(
    await runAva(args, (line) => {
      console.log(line);
    }),
  );
  const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(0)} s`;
  console.log(
    `# ${title}: ${seconds(begun, built)} of builds, ${seconds(built, performance.now())} of tests`,
  );
}
console.log(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
