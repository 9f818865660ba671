// SPDX-License-Identifier: MIT
import path from 'node:path';
import {labRoot} from '../base/paths.ts';

/** What a git that started the lab (a hook, `git bisect run`, an alias) says of its own repository. */
const inherited = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_CONFIG',
  'GIT_CONFIG_COUNT',
  'GIT_CONFIG_PARAMETERS',
  'GIT_ATTR_SOURCE',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
] as const;

/** The environment in which git finds the repository that it is told, and no other's. */
export const ownGit: Readonly<Record<string, string | undefined>> = Object.freeze({
  ...Object.fromEntries(inherited.map((name) => [name, undefined])),
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
});

/**
 * The environment in which git reads on this machine: the same for every user, and whoever owns what it reads. (It is a
 * file because git hands settings of its command line to no other git, as that at the other end of a clone.)
 */
export const readingGit: Readonly<Record<string, string | undefined>> = Object.freeze({
  ...ownGit,
  GIT_CONFIG_GLOBAL: path.join(labRoot, 'src/build/reading.gitconfig'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
});

/** The same, in a folder of the lab's that may lie in some repository. */
export function gitIn(folder: string): {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
} {
  return {cwd: folder, env: {...readingGit, GIT_CEILING_DIRECTORIES: path.dirname(folder)}};
}
