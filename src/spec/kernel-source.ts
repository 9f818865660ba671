// SPDX-License-Identifier: MIT
import path from 'node:path';
import * as z from 'zod';
import {UsageError} from '../base/errors.ts';
import {identityOf} from './identity.ts';

const text = z.string().min(1);

/** The Debian package's name goes into a command line and a path: nothing but what Debian allows. */
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'not a name of a Debian package');

/** A suite of Debian, as its mirrors name it. */
const suiteName = z.string().regex(/^[a-z][a-z0-9-]+$/, 'not a suite of Debian: sid, trixie-backports, …');

/** A leading `-` would be an option to git. */
const revision = z.string().regex(/^[A-Za-z0-9_][^\s]*$/, 'not a revision of git');

/** The keys of a source; those that name its kind come with the key of the same name. */
const keys = z.strictObject({
  package: packageName.optional().describe("Debian package with the kernel's source."),
  suite: suiteName.optional().describe("Debian suite of the package. Default: a suite of the host's own."),
  tarball: text.optional().describe('Path of a source tarball.'),
  tree: text.optional().describe('Path of a source tree, used as it is.'),
  git: text.optional().describe('Path or URL of a git repository.'),
  revision: revision.optional().describe('Revision in the git repository.'),
});

type Keys = z.output<typeof keys>;

/** Where the source of a kernel comes from. */
export type KernelSource =
  | {readonly kind: 'package'; readonly name: string; readonly suite?: string}
  | {readonly kind: 'tarball'; readonly path: string}
  | {readonly kind: 'tree'; readonly path: string}
  | {readonly kind: 'git'; readonly path: string; readonly revision: string};

export type KernelSourceKind = KernelSource['kind'];

/** The source of one kind. */
export type KernelSourceOf<K extends KernelSourceKind> = Extract<KernelSource, {readonly kind: K}>;

/** A source that the command line names. */
export interface NamedSource<S extends KernelSource = KernelSource> {
  /** What the kernel is called. */
  readonly name: string;
  readonly source: S;
}

/** How a kind of source is written; the key that has the kind's name is there. */
interface Form<K extends KernelSourceKind> {
  /** Further keys of this kind alone, and those of them that must be there. */
  readonly further: readonly (keyof Keys)[];
  readonly required: readonly (keyof Keys)[];
  /** Returns the source, of keys that are complete. */
  readonly read: (given: Keys) => KernelSourceOf<K>;
  /**
   * Returns the source that `--kernel KIND:…` names, if this kind can be named so.
   * @param base finds the commit that a series on top of it was made on
   */
  readonly named?: (text: string, base: () => string | undefined) => NamedSource<KernelSourceOf<K>>;
  /** Returns the source with its paths made absolute. */
  readonly absolute: (source: KernelSourceOf<K>, absolute: (name: string) => string) => KernelSourceOf<K>;
}

/** All kinds of sources. */
const forms: {readonly [K in KernelSourceKind]: Form<K>} = {
  package: {
    further: ['suite'],
    required: [],
    read: ({package: name = '', suite}) => ({kind: 'package', name, ...(suite !== undefined && {suite})}),
    absolute: (source) => source,
  },
  tarball: {
    further: [],
    required: [],
    read: ({tarball = ''}) => ({kind: 'tarball', path: tarball}),
    absolute: (source, absolute) => ({...source, path: absolute(source.path)}),
  },
  tree: {
    further: [],
    required: [],
    read: ({tree = ''}) => ({kind: 'tree', path: tree}),
    absolute: (source, absolute) => ({...source, path: absolute(source.path)}),
  },
  git: {
    further: ['revision'],
    required: ['revision'],
    read: ({git = '', revision: named = ''}) => ({kind: 'git', path: git, revision: named}),
    named: (given, base) => {
      // A repository alone: at the commit that the series says it was made on.
      const commit = given.includes('@') ? undefined : base();
      return gitSource(commit === undefined ? given : `${given}@${commit}`);
    },
    absolute: (source, absolute) => (isUrl(source.path) ? source : {...source, path: absolute(source.path)}),
  },
};

const kinds = Object.keys(forms) as readonly KernelSourceKind[];

/** The keys that a key is of no use without. */
const companions = Object.fromEntries(
  kinds.flatMap((kind) => [
    ...(forms[kind].required.length > 0 ? [[kind, [...forms[kind].required]]] : []),
    ...forms[kind].further.map((key) => [key, [kind]]),
  ]),
) as Readonly<Record<string, string[]>>;

export const kernelSource = keys
  .meta({oneOf: kinds.map((kind) => ({required: [kind]})), dependentRequired: companions})
  .transform((given, context): KernelSource => {
    if (context.issues.length > 0) return z.NEVER;
    const problem = (message: string, key: keyof Keys | undefined) => {
      context.addIssue({
        code: 'custom',
        message,
        path: key === undefined ? [] : [key],
        params: {part: 'key'},
      });
      return z.NEVER;
    };
    const [kind, other] = kinds.filter((key) => given[key] !== undefined);
    if (other !== undefined) return problem('a kernel has one source: drop all but one', other);
    for (const owner of kinds) {
      const stray = forms[owner].further.find((key) => given[key] !== undefined);
      if (stray !== undefined && owner !== kind) return problem(`"${stray}" goes with "${owner}"`, stray);
    }
    if (kind === undefined) return problem(`name one of ${kinds.join(', ')}`, undefined);
    const missing = forms[kind].required.find((key) => given[key] === undefined);
    if (missing !== undefined) return problem(`"${kind}" needs a "${missing}"`, kind);
    return forms[kind].read(given);
  });

/** Returns a source with its paths made absolute. */
export function absoluteSource<K extends KernelSourceKind>(
  source: KernelSourceOf<K>,
  absolute: (name: string) => string,
): KernelSourceOf<K> {
  const form: Form<K> = forms[source.kind];
  return form.absolute(source, absolute);
}

/**
 * Returns the source that a text such as `git:~/linux@v6.12` names; undefined if it does not begin with a kind that can be
 * named so.
 * @param base finds the commit that a series on top of it was made on
 * @throws {UsageError} when it is not complete
 */
export function sourceByPrefix(text: string, base: () => string | undefined): NamedSource | undefined {
  const kind = kinds.find((one) => text.startsWith(`${one}:`));
  return kind && forms[kind].named?.(text, base);
}

/**
 * `git:~/linux@v6.12` as a source; without a revision it is HEAD. What is behind the last `@` is the revision, for a URL
 * may hold others.
 */
export function gitSource(text: string): NamedSource<KernelSourceOf<'git'>> {
  const [, repository = '', revision = 'HEAD'] = /^git:(.+?)(?:@([^@]*))?$/.exec(text) ?? [];
  const hint = 'git:REPOSITORY@REVISION, as git:~/linux@v6.12';
  if (repository === '' || !/^[A-Za-z0-9_]\S*$/.test(revision))
    throw new UsageError(`"${text}" names no revision of a repository`, {hint});
  if (revision.includes('..'))
    throw new UsageError(`"${text}" is a range: a kernel is one revision`, {
      hint: 'bisect searches a range, with --good and --bad',
    });
  const home = process.env['HOME'];
  const place = home !== undefined ? repository.replace(/^~(?=\/|$)/, home) : repository;
  const absolute = isUrl(repository) ? repository : path.resolve(place);
  const identity = (isUrl(repository) ? absolute : identityOf(absolute)).replace(/\/*(\.git)?$/, '');
  return {name: `git:${identity}@${revision}`, source: {kind: 'git', path: absolute, revision}};
}

function isUrl(name: string): boolean {
  return /^[a-z][a-z0-9+]*:\/\//.test(name);
}
