// SPDX-License-Identifier: MIT
import path from 'node:path';
import {type Context, checkpoint} from '../base/context.ts';
import {LabError} from '../base/errors.ts';
import {FileChanges} from '../base/file-changes.ts';
import {labRoot} from '../base/paths.ts';
import {planScenario} from '../scenario/plan.ts';
import {workFolderOf} from '../build/sources/registry.ts';
import {findScenarios} from '../spec/catalog.ts';
import type {RunOptions} from './run-scenarios.ts';
import {selectKernel, withVariant} from './select-kernel.ts';
import {withTasks} from './tasks.ts';

/** What a build leaves in a tree, and git's own folder: nothing that is waited for. */
const ignored = (name: string): boolean => /^(\.git|.*\.(o|ko|cmd|a|swp|mod|order|symvers)|.*~)$/.test(name);

/** What to watch. */
export type WatchRequest = Required<
  Pick<RunOptions, 'scenarios' | 'kernel' | 'series' | 'config' | 'modules' | 'variant'>
>;

/** Does what is to be done for each change. */
export interface Watcher {
  readonly run: (context: Context) => Promise<void>;
  readonly waiting: () => void;
  readonly changed: (files: readonly string[]) => void;
}

/** Runs `watcher.run`, and again after each change to a file that the run depends on, until the context is aborted. */
export async function watch(request: WatchRequest, watcher: Watcher, context: Context): Promise<never> {
  for (;;) {
    await withTasks(context, async ({begin}) => {
      // Watched before the run, so that a change during the run starts the next one.
      const changes = await begin({
        title: 'watch',
        setup: () => FileChanges.of(watched(request), ignored),
        teardown: (made) => {
          made.close();
          return undefined;
        },
      });
      await watcher.run(context);
      watcher.waiting();
      const changed = await changes.next(context.signal);
      checkpoint(context);
      watcher.changed(changed);
    });
  }
}

/** All that a run is made of and somebody may edit; of what is wrong just now as much as can be told. */
function watched({scenarios, kernel: name, variant, modules, ...additions}: WatchRequest): readonly string[] {
  const kernel = orNothing(() => withVariant(selectKernel(name, {...additions, modules}), variant).kernel);
  const directory = kernel && workFolderOf(kernel.source);
  const entries = orNothing(() => findScenarios(labRoot, scenarios)) ?? [];
  const planned = entries.flatMap((entry) => {
    const plan = orNothing(() => planScenario(entry));
    return [entry.file, ...(plan === undefined ? [] : [plan.stepsFile, plan.topologyFile])];
  });
  return [
    ...new Set([
      ...(directory === undefined ? [] : [directory]),
      ...(kernel?.series ?? []),
      ...(kernel?.config ?? []).filter((file) => path.isAbsolute(file)),
      ...modules.map((folder) => path.resolve(folder)),
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
