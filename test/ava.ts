// SPDX-License-Identifier: MIT
import path from 'node:path';
import {execa} from 'execa';
import {labRoot} from '../src/base/paths.ts';

/** Results of tests. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** The names of the tests that failed. */
  readonly failures: string[];
}

/** Counts a line of TAP; a test marked TODO counts as skipped. */
function count(line: string, counts: Counts): void {
  const failure = /^not ok \d+ - (?<name>.*)/.exec(line)?.groups?.['name'];
  if (failure !== undefined) {
    if (/# TODO\b/i.test(line)) counts.skipped++;
    else {
      counts.failed++;
      counts.failures.push(failure);
    }
  } else if (/^ok\b/.test(line)) {
    if (/# (SKIP|TODO)\b/i.test(line)) counts.skipped++;
    else counts.passed++;
  }
}

const preload = path.join(import.meta.dirname, 'tap-timeout.js');

/**
 * Runs AVA with TAP output and counts its results.
 * @param args options and files, as AVA's command line takes them
 * @param print receives each line that a person should see
 * @param cwd the directory of the package whose tests are run
 * @returns the counts; at least one failure if AVA itself failed, or ran no test
 */
export async function runAva(
  args: readonly string[],
  print: (line: string) => void,
  cwd: string = labRoot,
): Promise<Counts> {
  const counts: Counts = {passed: 0, failed: 0, skipped: 0, failures: []};
  const cli = path.join(cwd, 'node_modules/ava/entrypoints/cli.mjs');
  const ava = execa(process.execPath, ['--import', preload, cli, '--tap', ...args], {
    cwd,
    reject: false,
    stdin: 'ignore',
    stderr: 'inherit',
  });
  for await (const line of ava) {
    count(line, counts);
    if (!/^(TAP version|1\.\.|# (tests|pass|fail|skip)\b)/.test(line)) print(line);
  }
  const {exitCode} = await ava;
  const ran = counts.passed + counts.failed + counts.skipped;
  if (ran === 0 || (exitCode !== 0 && counts.failed === 0)) {
    const failure = `AVA ended with ${exitCode ?? 'a signal'} after ${ran} tests`;
    print(`not ok - ${failure}`);
    counts.failed++;
    counts.failures.push(failure);
  }
  return counts;
}
