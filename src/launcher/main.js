// SPDX-License-Identifier: MIT
import {existsSync, writeSync} from 'node:fs';
import {enableCompileCache} from 'node:module';
import {pathToFileURL} from 'node:url';
import {crashCode, finish, hostProblem, isBisecting, reportCrash} from './last-resort.cjs';

try {
  process.exitCode = await main();
} catch (error) {
  reportCrash(error);
  process.exitCode = crashCode();
}
finish();

/** @returns {Promise<number>} the exit code */
async function main() {
  const problem = hostProblem();
  if (problem !== undefined) {
    writeSync(2, `p2plab: ${problem}\n`);
    return crashCode();
  }
  const {bundleFile, bundleFolder} = await import('./program-file.js');
  // Parsing our modules takes longer than much of what they do.
  enableCompileCache(`${bundleFolder}-compiled`);
  const bundle = bundleFile();
  /** @type {typeof import('../cli/program.ts')} */
  const program = await import(existsSync(bundle) ? pathToFileURL(bundle).href : '../cli/program.ts');
  const args = process.argv.slice(2);
  return program.main(args, isBisecting(args));
}
