// SPDX-License-Identifier: MIT
import type {Command} from '@commander-js/extra-typings';
import type {Context} from '../base/context.ts';
import {Interrupted, LabError} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import {runScenarios} from '../runner/run-scenarios.ts';
import {watch} from '../runner/watch.ts';
import {fail} from './fail.ts';
import {interruptible} from './interrupt.ts';
import {count, shared} from './options.ts';
import {textReporter} from './reporters/text.ts';

/** `p2plab watch`. */
export function addWatch(program: Command): void {
  program
    .command('watch')
    .description(
      'run scenarios, and run them again whenever the kernel, a module, a scenario or the lab changes',
    )
    .argument('<scenario...>', 'a name, a path, a folder or a glob')
    .addOption(shared.kernel())
    .addOption(shared.series())
    .addOption(shared.config())
    .addOption(shared.module())
    .option('--variant <variant>', 'variant of the kernel (lab/variants)', 'plain')
    .addOption(shared.qemu())
    .option('--jobs <n>', 'guests at the same time', count, 1)
    .action(async (scenarios, {module: modules, qemu, jobs, ...kernel}) => {
      const request = {scenarios, modules, ...kernel};
      const run = async ({signal}: Context): Promise<void> => {
        const reporter = textReporter();
        try {
          const results = await runScenarios({...request, qemu, jobs, record: false, signal, reporter});
          reporter.close();
          reporter.end(results);
        } catch (error) {
          reporter.close();
          // What does not build, or is wrong in a file, is what is being worked on.
          if (!(error instanceof LabError) || error instanceof Interrupted) throw error;
          fail(error);
        }
      };
      const watcher = {
        run,
        waiting: () => process.stdout.write('waiting for a change; Ctrl-C ends\n'),
        changed: (files: readonly string[]) =>
          process.stdout.write(`\n${new Date().toLocaleTimeString()}: ${named(files)}\n`),
      };
      await interruptible(
        () => undefined,
        (context) => watch(request, watcher, context),
      );
    });
}

function named(changed: readonly string[]): string {
  const [first = 'something', ...rest] = changed.map(displayPath);
  return rest.length === 0 ? `${first} changed` : `${first} and ${rest.length} more changed`;
}
