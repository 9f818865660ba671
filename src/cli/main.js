// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {enableCompileCache} from 'node:module';
import {pathToFileURL} from 'node:url';
import {bundleFile, bundleFolder} from './bundle-file.js';

// Parsing our modules takes longer than much of what they do.
enableCompileCache(`${bundleFolder}-compiled`);
const bundle = bundleFile();
/** @type {typeof import('./program.ts')} */
let program;
try {
  program = await import(existsSync(bundle) ? pathToFileURL(bundle).href : './program.ts');
} catch (error) {
  // A user without a home has no place for the lab's files: base/paths.ts says so when it is loaded.
  const told = error instanceof Error && 'hint' in error;
  process.stderr.write(
    told ? `p2plab: ${error.message}\n        ${error.hint}\n` : `p2plab: ${error?.stack ?? error}\n`,
  );
  process.exit(process.argv.includes('--bisect') ? 125 : 3);
}
process.exitCode = await program.main(process.argv.slice(2));
