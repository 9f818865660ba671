// SPDX-License-Identifier: MIT
import type {Context, Progress} from '../base/context.ts';
import {labRoot} from '../base/paths.ts';
import {findScenarios} from '../spec/catalog.ts';
import {type Result, type ResultListener, runAll} from './run-all.ts';
import {recording} from './run-recorder.ts';
import {moduleDirectories, selectKernel, withVariant} from './select-kernel.ts';
import {withTasks} from './tasks.ts';

/** What to run, and on which kernel: the arguments and options of `p2plab run`. */
export interface RunOptions {
  /** Names, paths, directories or globs of scenarios, for example `nvme-copy-same-switch` or `iommu/*`. */
  readonly scenarios: readonly string[];
  /** A kernel of lab/kernels, the path of such a file, a work tree, or `git:REPOSITORY@REVISION`. Default: `baseline`. */
  readonly kernel?: string;
  /** Directories of patches, patches or mailboxes to apply on top of the kernel. */
  readonly series?: readonly string[];
  /** Kernel config fragments: paths, or names of images/config. */
  readonly config?: readonly string[];
  /** Directories of kernel modules, built and loaded in place of those of images/modules or besides them. */
  readonly modules?: readonly string[];
  /** The variant of the kernel, one of lab/variants. Default: `plain`. */
  readonly variant?: string;
  /** A QEMU of lab/qemu, or the path of one. Default: the QEMU of the host. */
  readonly qemu?: string | undefined;
  /** The number of guests at the same time. Default: 1. */
  readonly jobs?: number;
  /** The duration of mixed loads in seconds. Default: that of their scenarios. */
  readonly seconds?: number | undefined;
  /** Whether to keep the disks and the trace of runs that passed. Default: false. */
  readonly keep?: boolean;
  /** Whether to record the results in the database. Default: true. */
  readonly record?: boolean;
  /** `postgres://…` or the path of an SQLite file. Default: `P2PLAB_DATABASE`, else the lab's own file. */
  readonly database?: string | undefined;
  /** Aborts the run: guests and builds end, and `runScenarios` throws {@link Interrupted}. */
  readonly signal?: AbortSignal;
  /** Receives progress and results. */
  readonly reporter?: RunReporter;
}

/** Receives what happens in a run. The engine itself never prints. */
export interface RunReporter extends Partial<ResultListener> {
  /** A step of a build or of a guest. */
  readonly progress?: (progress: Progress) => void;
  /** Something that does not change the results, for example a database that cannot be reached. */
  readonly warning?: (text: string) => void;
}

/**
 * Runs scenarios: builds what they need, boots a guest for each, and returns one result a scenario, in their order. A
 * result with the verdict `fail`, `crash`, `error` or `skip` is no exception.
 * @throws UsageError for a name, an option or a file that is wrong, before anything is built
 * @throws BuildError if a kernel, a patch or a module does not build
 * @throws HostError if the lab or the host fails
 * @throws Interrupted if `signal` is aborted
 */
export async function runScenarios(options: RunOptions): Promise<readonly Result[]> {
  const {series = [], config = [], modules = [], reporter = {}, record = true, database} = options;
  const {jobs = 1, keep = false, qemu, seconds} = options;
  const entries = findScenarios(labRoot, options.scenarios);
  const selected = selectKernel(options.kernel ?? 'baseline', {series, config, modules});
  const {kernel, variant} = withVariant(selected, options.variant ?? 'plain');
  const request = {entries, kernel, variant, modules: moduleDirectories(modules), qemu, jobs, seconds, keep};
  const context: Context = {
    signal: options.signal ?? new AbortController().signal,
    report: (progress) => reporter.progress?.(progress),
  };
  return withTasks(context, async ({begin}) => {
    const warn = (text: string): void => reporter.warning?.(text);
    const recorder = record ? await begin(recording(database, warn)) : undefined;
    const result = (one: Result): void => {
      recorder?.add(one.bundle);
      reporter.result?.(one);
    };
    return runAll(request, {...reporter, result}, context);
  });
}
