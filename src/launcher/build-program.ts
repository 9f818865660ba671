// SPDX-License-Identifier: MIT
import {rmSync} from 'node:fs';
import path from 'node:path';
import {build} from 'esbuild';
import {bundleFile, bundleFolder, root} from './program-file.js';

/** From the bundle to the folder of base/paths.ts, the one module that asks where it is. */
const toModules = path.relative(bundleFolder, path.join(root, 'src/base'));

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
    // A checkout may be moved or copied: where the modules would be is told from where this file is.
    define: {'import.meta.dirname': 'p2plabModules'},
    banner: {
      js: [
        "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);",
        `import {resolve as p2plabResolve} from 'node:path';`,
        `const p2plabModules = p2plabResolve(import.meta.dirname, ${JSON.stringify(toModules)});`,
      ].join('\n'),
    },
    logLevel: 'warning',
  });
}
