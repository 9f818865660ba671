// SPDX-License-Identifier: MIT
import {randomInt} from 'node:crypto';
import {displayPath} from '../../base/paths.ts';
import {repeatCommand} from '../../results/repeat.ts';
import {interruptible} from '../interrupt.ts';
import {type formats, reporterFor} from '../reporters/registry.ts';
import {withVariant, selectKernel} from '../select-kernel.ts';
import {runRandom} from './run.ts';

/** What of `run`'s options means something with `--random`. */
export interface RandomOptions {
  readonly count: number;
  readonly seed?: number | undefined;
  readonly kernel: string;
  readonly series: readonly string[];
  readonly variant: string;
  readonly qemu?: string | undefined;
  readonly jobs: number;
  readonly keep: boolean;
  readonly format: (typeof formats)[number];
}

/**
 * `p2plab run --random N [--seed S]`.
 * @returns the exit code
 */
export async function runRandomCommand({count, seed, format, ...options}: RandomOptions): Promise<number> {
  const {qemu, jobs, keep} = options;
  const drawn = seed ?? randomInt(2 ** 31);
  const {kernel, variant} = withVariant(selectKernel(options.kernel, options), options.variant);
  const reporter = reporterFor(format);
  process.stderr.write(`seed ${drawn}\n`);
  const request = {count, seed: drawn, kernel, variant, qemu, jobs, keep};
  const {results, difference} = await interruptible(reporter.progress, (context) =>
    runRandom(request, reporter, context),
  ).finally(() => {
    reporter.close();
  });
  const exitCode = reporter.end(results);
  if (difference !== undefined) {
    const {file, again, result} = difference;
    const how = again
      ? 'the smallest that shows it'
      : `${result.scenario} went well when it was booted again`;
    const place = {scenario: file.replace(/\.yaml$/, ''), kernel: kernel.name, variant: variant.name, qemu};
    const command = repeatCommand(place) ?? displayPath(file);
    process.stderr.write(`${how}: ${command}\n`);
  }
  return exitCode;
}
