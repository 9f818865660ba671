// SPDX-License-Identifier: MIT
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Command} from '@commander-js/extra-typings';
import {displayPath, stateRoot} from '../base/paths.ts';
import {bisect} from '../runner/bisect/bisect.ts';
import {conclusion} from '../runner/bisect/conclusion.ts';
import {shared} from './options.ts';
import {shown} from './shown.ts';

/** `p2plab bisect`. */
export function addBisect(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('bisect')
    .description('find the commit, or the patch of a series, since which a scenario fails')
    .argument('<scenario...>', 'what passes at the good end, and fails at the bad one')
    .addOption(shared.kernel())
    .option('--series <path>', 'search this series, on top of the kernel')
    .option('--good <rev>', 'a revision of git:REPOSITORY; with --series a number of patches', '')
    .option('--bad <rev>', 'likewise; by default HEAD, or all patches', '')
    .addOption(shared.config())
    .addOption(shared.module())
    .option('--variant <variant>', 'variant of the kernel (lab/variants)', 'plain')
    .addOption(shared.qemu())
    .option('--log <file>', 'where the log goes that `git bisect replay` reads')
    .action(async (scenarios, {log, module: modules, ...options}) => {
      const ended = await shown((context, lines) => {
        const say = (line: string): void => {
          lines.end();
          process.stdout.write(`${line}\n`);
        };
        return bisect({...options, scenarios, modules}, say, context);
      });
      const file =
        log ?? path.join(stateRoot, 'bisects', `${new Date().toISOString().replaceAll(':', '')}.log`);
      await mkdir(path.dirname(path.resolve(file)), {recursive: true});
      await writeFile(file, `${ended.log}\n`);
      process.stdout.write(`\n${conclusion(ended.found)}\n  log: ${displayPath(path.resolve(file))}\n`);
      finish(ended.found.suspects.length === 1 ? 0 : 1);
    });
}
