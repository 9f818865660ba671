// SPDX-License-Identifier: MIT
import {asFileName} from '../base/file-name.ts';
import path from 'node:path';
import {labRoot} from '../base/paths.ts';

/** Whether a word stands for a path. Names are names: one of the lab is never looked for in the working directory. */
export function isPath(word: string): boolean {
  return word.includes('/') || word === '.' || word === '..';
}

/**
 * What identifies something of the user's own wherever it is recorded: its absolute path, or from the lab's root on
 * (`./test/…`). Two files of one base name are two things, and none of them is the lab's of that name.
 */
export function identityOf(file: string, root: string = labRoot): string {
  const absolute = path.resolve(file);
  const relative = path.relative(root, absolute);
  return relative === '' || relative === '..' || relative.startsWith('../') || path.isAbsolute(relative)
    ? absolute
    : `./${relative}`;
}

/** A path in a name: kernels are named as `baseline+/home/me/my-series`, or `git:/home/me/linux@v6.12`. */
const paths = /(?<before>^|\+)(?<git>git:(?:[a-z][a-z0-9+]*:\/)?)?(?<whole>\.?\/(?:[^+]|\+(?![./a-z]))*)/g;

/** A name with no more than so many components of each path in it. */
function cut(name: string, components: number): string {
  return name.replaceAll(paths, (...match) => {
    const {before = '', git = '', whole = ''} = match.at(-1) as Record<string, string | undefined>;
    // A revision may have slashes of its own.
    const at = git === '' ? -1 : whole.lastIndexOf('@');
    const [place, revision] = at < 0 ? [whole, ''] : [whole.slice(0, at), whole.slice(at)];
    const shortRevision = revision.replace(/^(@[0-9a-f]{12})[0-9a-f]{28}$/, '$1');
    const parts = place.split('/').filter((part) => part !== '' && part !== '.');
    if (components > parts.length) return `${before}${git}${place}${revision}`;
    return `${before}${parts.slice(-components).join('/')}${shortRevision}`;
  });
}

/** How a name is shown where no other can be meant: without the folders of what is the user's own. */
export function shortName(name: string): string {
  return cut(name, 1);
}

/** How names are shown beside each other: with as many folders as it takes to tell them apart. */
export function shortNames(names: Iterable<string>): (name: string) => string {
  const all = [...new Set(names)];
  const most = Math.max(1, ...all.map((name) => name.split('/').length));
  const shown = new Map<string, string>();
  let left: readonly string[] = all;
  for (let components = 1; components <= most && left.length > 0; components++) {
    const forms = new Map(all.map((name) => [name, cut(name, components)]));
    const count = (form: string): number => all.filter((name) => forms.get(name) === form).length;
    left = left.filter((name) => {
      const form = forms.get(name) ?? name;
      if (count(form) > 1) return true;
      shown.set(name, form);
      return false;
    });
  }
  return (name) => shown.get(name) ?? (all.includes(name) ? name : shortName(name));
}

/** Those of the known names that somebody means by a word: the name itself, else a path, or the end of one. */
export function meantBy(word: string, known: readonly string[]): readonly string[] {
  if (known.includes(word)) return [word];
  const identity = identityOf(word.replace(/\.ya?ml$/, ''));
  return known.filter(
    (name) => (isPath(word) && name === identity) || shortName(name) === word || name.endsWith(`/${word}`),
  );
}

/** A name as a part of a file's name: its shortest form, without slashes, and not too long for one. */
export function fileNameOf(name: string): string {
  return asFileName(shortName(name));
}
