// SPDX-License-Identifier: MIT
import {createHash} from 'node:crypto';
import {readdirSync, rmSync, statSync} from 'node:fs';
import path from 'node:path';

/**
 * Loading some 350 small modules takes longer than anything else that the lab does before a guest boots, so
 * ./setup puts them into one file. It is named by the state of all sources: it is only ever used for those
 * that it was made of, and after an edit the sources themselves are loaded until the next ./setup.
 */
const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'node_modules/.cache/p2plab');

/** The file that holds all modules in their present state, whether it is there or not. */
export function bundleFile(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(path.join(root, 'src'), {recursive: true, encoding: 'utf8'});
  for (const name of ['package-lock.json', ...sources.map((source) => path.join('src', source)).sort()]) {
    const {mtimeMs, size} = statSync(path.join(root, name));
    hash.update(`${name} ${mtimeMs} ${size}\n`);
  }
  return path.join(folder, `${hash.digest('hex').slice(0, 20)}.mjs`);
}

/** Makes the bundle of the present sources, and removes those of others. */
export async function makeBundle(): Promise<void> {
  const {build} = await import('esbuild');
  const file = bundleFile();
  rmSync(folder, {recursive: true, force: true});
  await build({
    entryPoints: [path.join(root, 'src/cli/program.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // ssh2 finds files of its own by its place; it is loaded while a guest boots anyway.
    external: ['ssh2', 'esbuild'],
    define: {'import.meta.dirname': JSON.stringify(path.join(root, 'src/base'))},
    banner: {
      js: "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
