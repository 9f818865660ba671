// SPDX-License-Identifier: MIT
import {type Command, InvalidArgumentError, Option} from '@commander-js/extra-typings';
import {labRoot} from '../base/paths.ts';
import {findScenarios} from '../spec/catalog.ts';
import {interruptible} from './interrupt.ts';
import {runAll} from './run-all.ts';
import {selectKernel} from './select-kernel.ts';
import {formats, reporterFor} from './reporters/registry.ts';

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return value;
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** `p2plab run`. */
export function addRun(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('run')
    .description('boot a guest for each scenario, drive it, and judge what the devices did')
    .argument('[scenario...]', 'a name, a path, a folder or a glob; all scenarios if none is given')
    .option('--kernel <name>', 'a kernel of lab/kernels, or the path of such a file', 'baseline')
    .option(
      '--series <path>',
      'apply a folder of patches, a patch or a mailbox on top (repeatable)',
      collect,
      [],
    )
    .option('--qemu <path>', "another QEMU than the machine's own")
    .option('--jobs <n>', 'guests at the same time', count, 1)
    .option('--keep', 'keep the disks and the trace of runs that passed, too', false)
    .addOption(new Option('--format <format>', 'what is printed').choices(formats).default('text' as const))
    .action(async (patterns, options) => {
      const entries = findScenarios(labRoot, patterns.length === 0 ? ['**'] : patterns);
      const kernel = selectKernel(options.kernel, options.series);
      const reporter = reporterFor(options.format);
      const results = await interruptible(reporter.progress, (context) =>
        runAll(
          {entries, kernel, qemu: options.qemu, jobs: options.jobs, keep: options.keep},
          reporter,
          context,
        ),
      ).finally(() => {
        reporter.close();
      });
      finish(reporter.end(results));
    });
}
