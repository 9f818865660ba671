// SPDX-License-Identifier: MIT
import {readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {LineCounter, parseDocument} from 'yaml';
import type {z} from 'zod';
import {isErrno, messageOf, UsageError} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import {findings, type KnownKeys, noteKnownKeys} from './issues.ts';
import {type Problem, specError, throwProblems} from './problems.ts';
import {type Part, type Path, SourceMap} from './source-map.ts';

/** A plain value that nobody may change, to its leaves. */
export type Frozen<T> = T extends object ? {readonly [K in keyof T]: Frozen<T[K]>} : T;

/** A specification as read from its file, deeply frozen, and where its parts stand there. */
export interface Located<T> {
  /** The file's absolute path. */
  readonly file: string;
  readonly value: T;
  /** The problem of the part with this path, for checks that see more than one file. */
  problem(
    path: Path,
    text: string,
    options?: {readonly hint?: string | undefined; readonly part?: Part},
  ): Problem;
}

const maxBytes = 1 << 20;
const maxAliases = 100;

/**
 * Reads a YAML file by a schema.
 * @throws {SpecError} for all that is wrong in the file; {UsageError} if it cannot be read
 */
export function readSpec<S extends z.ZodType>(file: string, schema: S): Located<Frozen<z.output<S>>> {
  return parseSpec(readSpecText(file), file, schema);
}

/** As readSpec, of a text that is already there. `file` is the name for messages. */
export function parseSpec<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
): Located<Frozen<z.output<S>>> {
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false, stringKeys: true});
  const map = new SourceMap(displayPath(file), document, lines);
  throwProblems(
    [...document.errors, ...document.warnings].map((error) => ({
      location: map.atOffset(error.pos[0]),
      text: error.message,
    })),
  );
  let value: unknown;
  try {
    value = document.toJS({maxAliasCount: maxAliases});
  } catch (error) {
    throw specError([
      {location: map.at([]), text: messageOf(error), hint: 'write out what the aliases repeat'},
    ]);
  }
  const known: KnownKeys = new WeakMap();
  const result = schema.safeParse(value, {error: noteKnownKeys(known)});
  if (!result.success) {
    const found = result.error.issues.flatMap((issue) => findings(issue, value, known));
    throwProblems(found.map(({path, part, text, hint}) => ({location: map.at(path, part), text, hint})));
    throw result.error;
  }
  return {
    file: path.resolve(file),
    value: deepFreeze(result.data),
    problem: (where, problem, {hint, part} = {}) => ({location: map.at(where, part), text: problem, hint}),
  };
}

/** Freezes a plain value and all in it. */
export function deepFreeze<T>(value: T): Frozen<T> {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value as Frozen<T>;
}

/**
 * The text of a file that has a specification.
 * @throws {UsageError} if it cannot be read
 */
export function readSpecText(file: string): string {
  const shown = displayPath(file);
  try {
    const {size} = statSync(file);
    if (size > maxBytes) throw new UsageError(`${shown} has ${size} bytes: no specification is that long`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (isErrno(error, 'ENOENT')) throw new UsageError(`there is no file ${shown}`, {cause: error});
    throw new UsageError(`cannot read ${shown}: ${messageOf(error)}`, {cause: error});
  }
}
