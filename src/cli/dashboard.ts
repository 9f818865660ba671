// SPDX-License-Identifier: MIT
import path from 'node:path';
import {type Command, InvalidArgumentError} from '@commander-js/extra-typings';
import {displayPath, stateRoot} from '../base/paths.ts';
import {shared} from './options.ts';
import {withDatabase} from './with-database.ts';

/** `p2plab dashboard`. */
export function addDashboard(program: Command): void {
  const dashboard = program
    .command('dashboard')
    .description('the pages that people read in the morning: as a folder, or live');
  dashboard
    .command('build')
    .description('make a folder of pages that opens from file://; what is there is not made again')
    .argument('[folder]', 'where', path.join(stateRoot, 'dashboard'))
    .addOption(shared.database())
    .action(async (folder, {database}) => {
      await withDatabase(database, async ({db, name}, context) => {
        const {buildSite} = await import('../dashboard/site.ts');
        const {pages, files} = await buildSite({db, name}, path.resolve(folder), context);
        const index = displayPath(path.join(path.resolve(folder), 'index.html'));
        process.stdout.write(`${pages} pages made, ${files} files of evidence: open ${index}\n`);
      });
    });
  dashboard
    .command('serve')
    .description('serve the pages as they are now, until interrupted')
    .option(
      '--host <address>',
      'the address to listen on; with another than 127.0.0.1 a token is asked for',
      '127.0.0.1',
    )
    .option('--port <n>', 'the port; 0 takes a free one', port, 8017)
    .option('--token <token>', 'whoever has it may read; made up where one is needed', secret)
    .addOption(shared.database())
    .action(async ({host, port: given, token, database}) => {
      await withDatabase(database, async ({db}, context) => {
        const {serveUntilAborted} = await import('../dashboard/listen.ts');
        const listening = (url: string) => process.stdout.write(`${url}\n`);
        await serveUntilAborted({db, host, port: given, token}, listening, context.signal);
      });
    });
}

/** An empty one would let everybody in: so would a variable of a script that is not set. */
function secret(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty: everybody would have it.');
  return text;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError('It must be a port, from 0 to 65535.');
  return value;
}
