// SPDX-License-Identifier: MIT
import type {Command} from '@commander-js/extra-typings';
import {displayPath} from '../base/paths.ts';
import {ensureQemu, listQemus} from '../build/qemu.ts';
import {interruptible} from './interrupt.ts';
import {formatTime} from './live-lines.ts';
import {progressLines} from './progress.ts';
import {table} from './table.ts';

/** `p2plab qemu`. */
export function addQemu(program: Command): void {
  const qemu = program
    .command('qemu')
    .description('QEMUs with a series of the lab, built and kept by content');
  qemu
    .command('build')
    .description('build QEMUs now, so that no run has to wait for it')
    .argument('[name...]', 'QEMUs of lab/qemu; routed if none is given')
    .action((names) => build(names.length === 0 ? ['routed'] : names));
  qemu
    .command('list')
    .description('print the QEMUs there are, and which of them are built')
    .action(async () => {
      const rows = (await listQemus()).map(({name, key, folder}) => [
        name,
        key ?? 'not built',
        folder === undefined ? '' : displayPath(folder),
      ]);
      process.stdout.write(`${table([{title: 'qemu'}, {title: 'key'}, {title: 'where'}], rows)}\n`);
    });
}

async function build(names: readonly string[]): Promise<void> {
  const progress = progressLines();
  try {
    for (const name of names) {
      const begun = performance.now();
      const {key, folder} = await interruptible(progress.show, (context) => ensureQemu(name, context));
      const time = formatTime(Math.round((performance.now() - begun) / 1000));
      process.stdout.write(`${name}: ${key}, in ${displayPath(folder)} (${time})\n`);
    }
  } finally {
    progress.close();
  }
}
