// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {UsageError, isErrno} from '../base/errors.ts';
import {sha256} from '../base/hash.ts';
import {displayPath, labRoot} from '../base/paths.ts';

/** A fragment of a kernel's configuration: `images/config/NAME.config`. */
export interface Fragment {
  readonly name: string;
  readonly text: string;
  /** The user's file that it is, where it is none of the lab's. */
  readonly file?: string;
}

/** One line of a fragment that decides an option. */
export interface Setting {
  readonly option: string;
  /** As .config has it: `y`, `m`, `n`, a number or a quoted string. */
  readonly value: string;
  readonly fragment: string;
  readonly line: number;
}

/** A setting that the kernel's Kconfig did not take. */
export interface Refused extends Setting {
  readonly got: string;
}

/**
 * Reads fragments by name; one of the user's own by its absolute path.
 * @throws {UsageError} for a name without a file
 */
export function readFragments(names: readonly string[]): Promise<readonly Fragment[]> {
  return Promise.all(
    names.map(async (given) => {
      const own = path.isAbsolute(given);
      const file = own ? given : path.join(labRoot, 'images/config', `${given}.config`);
      try {
        const text = await readFile(file, 'utf8');
        return own ? {name: ownName(given), text, file} : {name: given, text};
      } catch (error) {
        if (isErrno(error, 'ENOENT') || isErrno(error, 'EISDIR'))
          throw new UsageError(`there is no ${own ? displayPath(file) : `images/config/${given}.config`}`);
        throw error;
      }
    }),
  );
}

/** Stays when the file's content changes, so that what was compiled with it is gone on with; no other file has it. */
function ownName(file: string): string {
  return `${path.basename(file, '.config').replaceAll(/[^\w.-]/g, '_')}-${sha256(file).slice(0, 8)}`;
}

/** The option and the value of a line of a fragment, or of .config; undefined if it says nothing about an option. */
export function parseLine(line: string): readonly [option: string, value: string] | undefined {
  const unset = /^# (CONFIG_\w+) is not set\s*$/.exec(line);
  if (unset?.[1] !== undefined) return [unset[1], 'n'];
  const set = /^(CONFIG_\w+)=(.*?)\s*$/.exec(line);
  return set?.[1] === undefined || set[2] === undefined ? undefined : [set[1], set[2]];
}

/** What fragments ask for together: a later one wins. */
export function mergeFragments(fragments: readonly Fragment[]): ReadonlyMap<string, Setting> {
  const merged = new Map<string, Setting>();
  for (const {name, text} of fragments) {
    for (const [index, line] of text.split('\n').entries()) {
      const parsed = parseLine(line);
      if (parsed === undefined) continue;
      const [option, value] = parsed;
      merged.set(option, {option, value, fragment: name, line: index + 1});
    }
  }
  return merged;
}

/** Settings as the text of a configuration. */
export function configText(settings: ReadonlyMap<string, Setting>): string {
  const lines = [...settings.values()].map(({option, value}) =>
    value === 'n' ? `# ${option} is not set` : `${option}=${value}`,
  );
  return `${lines.join('\n')}\n`;
}

/** The settings that a final .config does not have. An option that is not in it at all is off. */
export function refusedSettings(settings: ReadonlyMap<string, Setting>, config: string): readonly Refused[] {
  const final = mergeFragments([{name: '.config', text: config}]);
  return [...settings.values()].flatMap((setting) => {
    const got = final.get(setting.option)?.value ?? 'n';
    return got === setting.value ? [] : [{...setting, got}];
  });
}
