// SPDX-License-Identifier: MIT
import type {Command} from '@commander-js/extra-typings';
import {interruptible} from './interrupt.ts';
import {shared} from './options.ts';
import {progressLines} from './progress.ts';
import {selectKernel} from './select-kernel.ts';

/** `p2plab shell`. */
export function addShell(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('shell')
    .description("boot a topology, or a scenario's with its disks filled, and give a shell in it")
    .argument('[topology|scenario]', 'a name or a path', 'nvme-copy-same-switch')
    .addOption(shared.kernel())
    .addOption(shared.series())
    .addOption(shared.qemu())
    .option('--console', "follow the guest's console instead; Ctrl-C ends it", false)
    .action(async (name, options) => {
      // What only this command needs would make all others start later.
      const [{findScene}, {runShell}] = await Promise.all([
        import('./shell/scene.ts'),
        import('./shell/session.ts'),
      ]);
      const scene = findScene(name);
      const kernel = selectKernel(options.kernel, options);
      const progress = progressLines({alone: true});
      const exitCode = await interruptible(progress.show, (context) =>
        runShell({scene, kernel, qemu: options.qemu, console: options.console, progress}, context),
      ).finally(() => {
        progress.close();
      });
      finish(exitCode);
    });
}
