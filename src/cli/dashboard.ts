// SPDX-License-Identifier: MIT
import path from 'node:path';
import {type Command, InvalidArgumentError} from '@commander-js/extra-typings';
import {displayPath, stateRoot} from '../base/paths.ts';
import {shared} from './options.ts';
import {withDatabase} from './with-database.ts';

/** `p2plab dashboard`. */
export function addDashboard(program: Command): void {
  const dashboard = program.command('dashboard').description('build or serve the HTML reports');
  dashboard
    .command('build')
    .description('write HTML reports to a directory; unchanged pages are kept')
    .argument('[directory]', 'output directory', path.join(stateRoot, 'dashboard'))
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
    .description('serve the HTML reports until interrupted')
    .option('--host <address>', 'listen address; any but 127.0.0.1 requires a token', '127.0.0.1')
    .option('--port <n>', 'listen port; 0 selects a free one', port, 8017)
    .option('--token <token>', 'access token; generated if one is required and none is given', secret)
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
