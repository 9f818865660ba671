// SPDX-License-Identifier: MIT
import {enableCompileCache} from 'node:module';
import path from 'node:path';
import {cacheRoot} from '../base/paths.ts';

// Parsing our modules takes longer than much of what they do.
enableCompileCache(path.join(cacheRoot, 'node'));
const {main} = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2));
