// SPDX-License-Identifier: MIT
import {rmSync} from 'node:fs';
import path from 'node:path';
import {build} from 'esbuild';
import {bundleFile, bundleFolder, root} from './bundle-file.js';

/**
 * Makes one file of all modules in their present state, and removes that of others. To load some 350 small
 * modules takes longer than anything else that the lab does before a guest boots.
 */
export async function makeBundle(): Promise<void> {
  rmSync(bundleFolder, {recursive: true, force: true});
  await build({
    entryPoints: [path.join(root, 'src/cli/program.ts')],
    outdir: path.dirname(bundleFile()),
    entryNames: path.basename(bundleFile(), '.mjs'),
    outExtension: {'.js': '.mjs'},
    bundle: true,
    // What is imported when it is needed stays in files of its own, ssh2 with it.
    splitting: true,
    minifyWhitespace: true,
    platform: 'node',
    format: 'esm',
    // They find files of their own by their place, or load what may not be there.
    external: ['ssh2', 'better-sqlite3', 'pg', 'pg-boss'],
    define: {'import.meta.dirname': JSON.stringify(path.join(root, 'src/base'))},
    banner: {
      js: "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
