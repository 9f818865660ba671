// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {enableCompileCache} from 'node:module';
import path from 'node:path';
import {cacheRoot} from '../base/paths.ts';
import {bundleFile} from './bundle.ts';

// Parsing our modules takes longer than much of what they do.
enableCompileCache(path.join(cacheRoot, 'node'));
const bundle = bundleFile();
const program = (await import(existsSync(bundle) ? bundle : './program.ts')) as typeof import('./program.ts');
process.exitCode = await program.main(process.argv.slice(2));
