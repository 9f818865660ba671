// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Context} from '../base/context.ts';
import {BuildError} from '../base/errors.ts';
import {contentKey, sha256} from '../base/hash.ts';
import {displayPath} from '../base/paths.ts';
import {run, runGroup} from '../base/process.ts';
import {buildEnvironment} from './compiler.ts';
import {configText, type Fragment, mergeFragments, type Refused, refusedSettings} from './config.ts';
import {reasonLines, scratchEnvironment} from './make.ts';
import {scratchFolder} from './objects.ts';

/** What an option depends on, as the first Kconfig file that defines it says. */
async function dependencies(tree: string, option: string): Promise<readonly string[] | undefined> {
  const name = option.replace(/^CONFIG_/, '');
  const found = await run('grep', [
    '-rlE',
    '--include=Kconfig*',
    `^[[:space:]]*(menu)?config ${name}$`,
    tree,
  ]);
  const file = found.stdout.split('\n')[0];
  if (file === undefined || file === '') return undefined;
  const text = await readFile(file, 'utf8');
  const start = text.search(new RegExp(`^[ \\t]*(menu)?config ${name}$`, 'm'));
  const entry = text
    .slice(start)
    .split(/\n(?=\s*(?:config|menuconfig|endif|if|menu|endmenu|choice|comment)\b)/)[0];
  return [...(entry ?? '').matchAll(/^\s+depends on (.+)$/gm)].map(([, condition = '']) => condition);
}

async function explain(
  tree: string,
  refused: Refused,
  fragments: readonly Fragment[],
  config: string,
): Promise<string> {
  const {option, value, got, fragment, line} = refused;
  const own = fragments.find(({name}) => name === fragment)?.file;
  const file = own === undefined ? `images/config/${fragment}.config` : displayPath(own);
  const where = `${file}:${line}: ${option}=${value}, but the kernel has ${got}`;
  const conditions = await dependencies(tree, option);
  if (conditions === undefined) return `${where}: this kernel has no such option`;
  const names = conditions.flatMap((condition) => condition.match(/(?<![!\w])[A-Z][A-Z0-9_]+\b/g) ?? []);
  const off = [...new Set(names)].filter((name) => !new RegExp(`^CONFIG_${name}=`, 'm').test(config));
  if (conditions.length === 0) return where;
  const unmet = off.length === 0 ? '' : ` (off: ${off.join(', ')})`;
  return `${where}: it depends on ${conditions.join(' && ')}${unmet}`;
}

/** The configuration that is there, if it was made of the same. */
async function made(file: string, mark: string, key: string): Promise<boolean> {
  const read = (name: string): Promise<string> => readFile(name, 'utf8').catch(() => '');
  const config = await read(file);
  // After a make that was killed its folder's own Makefile may be gone: only a configuration writes it.
  if (!existsSync(path.join(path.dirname(file), 'Makefile'))) return false;
  return config !== '' && (await read(mark)) === contentKey([key, sha256(config)]);
}

/**
 * Writes .config: the fragments, and nothing else that Kconfig does not force. Then every line of the
 * fragments is compared with what came of it: merge_config.sh would only warn.
 * @param variables tell make what it compiles for
 * @param key stands for all else that decides it: Kconfig's files, the compiler
 * @throws {BuildError} naming each line that did not stick, and why
 */
export async function configure(
  tree: string,
  objects: string,
  variables: readonly string[],
  fragments: readonly Fragment[],
  key: string,
  context: Context,
): Promise<void> {
  const settings = mergeFragments(fragments);
  const text = configText(settings);
  const wanted = path.join(objects, '.fragments');
  const file = path.join(objects, '.config');
  const mark = path.join(objects, '.configured');
  const whole = contentKey([key, variables, text]);
  // Asking Kconfig takes a few seconds, and as many again in the make that follows.
  if (await made(file, mark, whole)) return;
  await writeFile(wanted, text);
  // allnoconfig keeps off what a fragment makes visible but does not ask for; olddefconfig would not.
  const finished = await runGroup('make', ['-C', tree, `O=${objects}`, ...variables, 'allnoconfig'], {
    env: {...buildEnvironment(), ...scratchEnvironment(scratchFolder(objects)), KCONFIG_ALLCONFIG: wanted},
    signal: context.signal,
  });
  if (finished.exitCode !== 0) {
    throw new BuildError(`cannot configure the kernel:\n${reasonLines(finished.all).join('\n')}`);
  }
  const config = await readFile(file, 'utf8');
  const refused = refusedSettings(settings, config);
  if (refused.length === 0) {
    await writeFile(mark, contentKey([whole, sha256(config)]));
    return;
  }
  const lines: string[] = [];
  for (const setting of refused) lines.push(await explain(tree, setting, fragments, config));
  throw new BuildError(`the kernel does not take its configuration:\n${lines.join('\n')}`, {
    hint: 'turn on what the option depends on, or drop the line',
  });
}
