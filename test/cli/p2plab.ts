// SPDX-License-Identifier: MIT
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {execa} from 'execa';
import {labRoot} from '../../src/base/paths.ts';

/** How the command line ended, and what it said. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs ./p2plab as a person's shell or a script would. */
export async function p2plab(
  args: readonly string[],
  options: {readonly env?: Readonly<Record<string, string>>; readonly input?: string} = {},
): Promise<Ended> {
  const {env = {}, input} = options;
  const {exitCode, stdout, stderr} = await execa(path.join(labRoot, 'p2plab'), args, {
    reject: false,
    cwd: labRoot,
    env: {NO_COLOR: '1', ...env},
    ...(input === undefined ? {stdin: 'ignore' as const} : {input}),
  });
  return {exitCode, stdout, stderr};
}

/** A folder of this test's own, gone when it ends. */
export const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-test-'));
process.on('exit', () => {
  rmSync(folder, {recursive: true, force: true});
});

/** Writes a file below {@link folder} and returns its path. */
export async function file(name: string, content: string): Promise<string> {
  const target = path.join(folder, name);
  await mkdir(path.dirname(target), {recursive: true});
  writeFileSync(target, content);
  return target;
}
