// SPDX-License-Identifier: MIT
import type {Command} from '@commander-js/extra-typings';
import {shared} from './options.ts';
import {shown} from './shown.ts';
import {moduleDirectories, selectKernel} from '../runner/select-kernel.ts';
import {runOf} from '../runner/shell/recorded-run.ts';

/** `p2plab shell`. */
export function addShell(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('shell')
    .description(
      "boot a topology, a scenario's with its disks filled, or what a run ran on, and give a shell in it",
    )
    .argument('[topology|scenario|run]', 'a name or a path; the folder of a bundle', 'nvme-copy-same-switch')
    .addOption(shared.kernel())
    .addOption(shared.series())
    .addOption(shared.config())
    .addOption(shared.module())
    .addOption(shared.qemu())
    .option('--gdb', 'wait for a debugger before the kernel begins, and say what to type', false)
    .option('--console', "follow the guest's console instead; Ctrl-C ends it", false)
    .action(async (name, options, command) => {
      // What only this command needs would make all others start later.
      const [{findScene}, {runShell}, {checkForeground}] = await Promise.all([
        import('../runner/shell/scene.ts'),
        import('../runner/shell/session.ts'),
        import('../runner/shell/foreground.ts'),
      ]);
      // Before anything is built: what waits for a terminal that it cannot have never ends.
      if (!options.console) checkForeground();
      const bundle = runOf(name);
      const scene = findScene(bundle?.scenario ?? name);
      const given = ['kernel', 'series', 'config', 'module'].some(
        (option) => command.getOptionValueSource(option) === 'cli',
      );
      const asked = selectKernel(options.kernel, {...options, modules: options.module});
      const kernel = bundle === undefined || given ? asked : bundle.kernel;
      const modules = moduleDirectories(options.module);
      const exitCode = await shown(
        (context, progress) => {
          const {console, gdb} = options;
          const qemu = options.qemu ?? bundle?.qemu;
          return runShell({scene, kernel, qemu, progress, console, gdb, modules, terminal: process}, context);
        },
        {alone: true},
      );
      finish(exitCode);
    });
}
