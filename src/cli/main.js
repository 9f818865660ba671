// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {enableCompileCache} from 'node:module';
import {pathToFileURL} from 'node:url';
import {bundleFile, bundleFolder} from './bundle-file.js';

// Parsing our modules takes longer than much of what they do.
enableCompileCache(`${bundleFolder}-compiled`);
const bundle = bundleFile();
/** @type {typeof import('./program.ts')} */
const program = await import(existsSync(bundle) ? pathToFileURL(bundle).href : './program.ts');
process.exitCode = await program.main(process.argv.slice(2));
