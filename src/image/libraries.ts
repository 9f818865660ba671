// SPDX-License-Identifier: MIT
import {output} from '../base/process.ts';
import {remembered} from '../build/memory.ts';

/**
 * The shared libraries that a program of this machine needs, its loader among them: absolute paths as the
 * program will look for them. ldd(1) is asked once for each state of the program.
 */
export async function librariesOf(program: string): Promise<readonly string[]> {
  const said = await remembered(program, 'ldd', (file) => output('ldd', [file], {env: {LC_ALL: 'C'}}));
  const paths = [...said.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map((match) => match[1]);
  return [...new Set(paths.filter((name) => name !== undefined))].sort();
}
