// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {Command} from '@commander-js/extra-typings';
import {type Context, checkpoint} from '../base/context.ts';
import {Interrupted, LabError} from '../base/errors.ts';
import {FileChanges} from '../base/file-changes.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {workFolderOf} from '../build/sources/registry.ts';
import {planScenario} from '../scenario/plan.ts';
import {findScenarios} from '../spec/catalog.ts';
import {fail} from './fail.ts';
import {interruptible} from './interrupt.ts';
import {count, shared} from './options.ts';
import {textReporter} from './reporters/text.ts';
import {runAll} from './run-all.ts';
import {withVariant, moduleFolders, selectKernel} from './select-kernel.ts';

/** What a build leaves in a tree, and git's own folder: nothing that is waited for. */
const ignored = (name: string): boolean => /^(\.git|.*\.(o|ko|cmd|a|swp|mod|order|symvers)|.*~)$/.test(name);

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
    .action(async (patterns, options) => {
      const once = async (context: Context): Promise<void> => {
        const reporter = textReporter();
        try {
          const {kernel, variant} = selected(options);
          const entries = findScenarios(labRoot, patterns);
          const modules = moduleFolders(options.module);
          const {qemu, jobs} = options;
          const request = {entries, kernel, variant, modules, qemu, jobs, keep: false};
          const own = {...context, report: reporter.progress};
          const results = await runAll(request, reporter, own);
          reporter.close();
          reporter.end(results);
        } catch (error) {
          reporter.close();
          // What does not build, or is wrong in a file, is what is being worked on.
          if (!(error instanceof LabError) || error instanceof Interrupted) throw error;
          fail(error);
        }
      };
      await interruptible(
        () => undefined,
        async (context) => {
          for (;;) {
            checkpoint(context);
            // Before the run: what changes meanwhile is run next.
            const changes = await FileChanges.of(watched(options, patterns), ignored);
            try {
              await once(context);
              process.stdout.write('waiting for a change; Ctrl-C ends\n');
              const changed = await changes.next(context.signal);
              checkpoint(context);
              process.stdout.write(`\n${new Date().toLocaleTimeString()}: ${named(changed)}\n`);
            } finally {
              changes.close();
            }
          }
        },
      );
    });
}

interface WatchOptions {
  readonly kernel: string;
  readonly series: readonly string[];
  readonly config: readonly string[];
  readonly module: readonly string[];
  readonly variant: string;
}

function selected(options: WatchOptions) {
  return withVariant(selectKernel(options.kernel, {...options, modules: options.module}), options.variant);
}

/** All that a run is made of and somebody may edit; of what is wrong just now as much as can be told. */
function watched(options: WatchOptions, patterns: readonly string[]): readonly string[] {
  const kernel = orNothing(() => selected(options).kernel);
  const folder = kernel && workFolderOf(kernel.source);
  const entries = orNothing(() => findScenarios(labRoot, patterns)) ?? [];
  const planned = entries.flatMap((entry) => {
    const plan = orNothing(() => planScenario(entry));
    return [entry.file, ...(plan === undefined ? [] : [plan.stepsFile, plan.topologyFile])];
  });
  return [
    ...new Set([
      ...(folder === undefined ? [] : [folder]),
      ...(kernel?.series ?? []),
      ...(kernel?.config ?? []).filter((file) => path.isAbsolute(file)),
      ...options.module.map((folder) => path.resolve(folder)),
      path.join(labRoot, 'images'),
      path.join(labRoot, 'lab'),
      ...planned,
    ]),
  ];
}

function orNothing<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}

function named(changed: readonly string[]): string {
  const [first = 'something', ...rest] = changed.map(displayPath);
  return rest.length === 0 ? `${first} changed` : `${first} and ${rest.length} more changed`;
}
