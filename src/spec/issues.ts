// SPDX-License-Identifier: MIT
import type {z} from 'zod';
import type {Part, Path} from './source-map.ts';
import {didYouMean} from './suggest.ts';

/** What zod found, in words, with the part of the value it is about. */
export interface Finding {
  readonly path: Path;
  readonly part: Part;
  readonly text: string;
  readonly hint?: string | undefined;
}

/** What our own refinements may add to an issue, as its `params`. */
export interface IssueParams {
  readonly hint?: string;
  readonly part?: Part;
}

/** The keys that an object's schema knows, noted while zod parses, by its list of unknown ones. */
export type KnownKeys = WeakMap<readonly string[], readonly string[]>;

/** To be given to zod as `error`: notes the keys that the schema at hand knows. */
export function noteKnownKeys(known: KnownKeys): (issue: z.core.$ZodRawIssue) => undefined {
  return (issue) => {
    if (issue.code !== 'unrecognized_keys') return;
    const definition = issue.inst?._zod.def as {shape?: object} | undefined;
    known.set(issue.keys, Object.keys(definition?.shape ?? {}));
  };
}

/** The findings behind one of zod's issues about `value`. */
export function findings(issue: z.core.$ZodIssue, value: unknown, known: KnownKeys): readonly Finding[] {
  const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
  const got = valueAt(value, path);
  // A part of a list goes by the list's name.
  const last = path.findLast((segment) => typeof segment === 'string') ?? '';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        part: 'key',
        text: `unknown key "${key}"`,
        hint: didYouMean(key, known.get(issue.keys) ?? []),
      }));
    case 'invalid_type':
      if (got === undefined) return [missing(path)];
      return [{path, part: 'value', text: `expected ${article(issue.expected)}, found ${inWords(got)}`}];
    case 'invalid_value':
      return [unknownValue(path, got, `${last}: `, issue.values.map(String))];
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options)) {
        return [unknownValue(path, got, `unknown ${last} `, issue.options.map(String))];
      }
      if (got === undefined) return [missing(path)];
      return [{path, part: 'value', text: issue.message}];
    case 'invalid_key':
      return [{path, part: 'key', text: `"${last}" is no good name`, hint: issue.issues[0]?.message}];
    case 'custom': {
      const {hint, part = 'value'} = (issue.params ?? {}) as IssueParams;
      return [{path, part, text: issue.message, hint}];
    }
    case 'too_big':
    case 'too_small':
    case 'not_multiple_of':
    case 'invalid_format':
    case 'invalid_element':
      return [{path, part: 'value', text: `${last === '' ? '' : `${last}: `}${issue.message}`}];
  }
}

function missing(path: Path): Finding {
  const key = String(path.at(-1) ?? '');
  return {path, part: 'key', text: path.length === 0 ? 'the file is empty' : `the key "${key}" is missing`};
}

function unknownValue(path: Path, got: unknown, what: string, known: readonly string[]): Finding {
  if (got === undefined) return {...missing(path), hint: `one of ${known.join(', ')}`};
  const text = `${what}${inWords(got)}`;
  return {path, part: 'value', text, hint: didYouMean(typeof got === 'string' ? got : '', known)};
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => {
    return typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[key] : undefined;
  }, value);
}

function article(type: string): string {
  const names: Record<string, string> = {
    array: 'a list',
    int: 'a whole number',
    object: 'a mapping',
    record: 'a mapping',
  };
  return names[type] ?? `a ${type}`;
}

function inWords(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
