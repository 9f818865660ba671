// SPDX-License-Identifier: MIT
import {randomInt} from 'node:crypto';
import {type Command, Option} from '@commander-js/extra-typings';
import {displayPath} from '../base/paths.ts';
import {repeatCommand} from '../results/repeat.ts';
import {runRandom} from '../runner/random/run-random.ts';
import {selectKernel, withVariant} from '../runner/select-kernel.ts';
import {interruptible} from './interrupt.ts';
import {count, shared, wholeNumber} from './options.ts';
import {formats, reporterFor} from './reporters/registry.ts';

/** `p2plab random`. */
export function addRandom(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('random')
    .description('boot random PCIe trees, and compare model, Linux and ledger')
    .argument('<n>', 'the number of trees', count)
    .option('--seed <n>', 'generate the same trees again', wholeNumber)
    .addOption(shared.kernel())
    .addOption(shared.series())
    .addOption(shared.config())
    .option('--variant <variant>', 'variant of the kernel (lab/variants)', 'plain')
    .addOption(shared.qemu())
    .option('--jobs <n>', 'guests at the same time', count, 1)
    .option('--keep', 'keep the disks and the trace of runs that passed, too', false)
    .addOption(new Option('--format <format>', 'what is printed').choices(formats).default('text' as const))
    .action(async (trees, {seed = randomInt(2 ** 31), format, qemu, jobs, keep, ...options}) => {
      const {kernel, variant} = withVariant(selectKernel(options.kernel, options), options.variant);
      const reporter = reporterFor(format);
      process.stderr.write(`seed ${seed}\n`);
      const request = {count: trees, seed, kernel, variant, qemu, jobs, keep};
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
        const place = {
          scenario: file.replace(/\.yaml$/, ''),
          kernel: kernel.name,
          variant: variant.name,
          qemu,
        };
        const command = repeatCommand(place) ?? displayPath(file);
        process.stderr.write(`${how}: ${command}\n`);
      }
      finish(exitCode);
    });
}
