// SPDX-License-Identifier: MIT
import {type Location, SpecError} from '../base/errors.ts';

/** One thing that is wrong in a file of the user. */
export interface Problem {
  readonly location: Location;
  /** What is wrong. */
  readonly text: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/**
 * One error for everything that is wrong in a file: the first problem is its message and its location, the
 * others follow, a line each.
 */
export function specError(problems: readonly [Problem, ...Problem[]]): SpecError {
  const [first, ...others] = inOrder(problems);
  if (first === undefined) throw new TypeError('no problem to report');
  if (others.length === 0) return new SpecError(first.location, first.text, {hint: first.hint});
  const lines = others.map(({location: {file, line, column}, text, hint}) => {
    return `${file}:${line}:${column}: ${withHint(text, hint)}`;
  });
  return new SpecError(first.location, [withHint(first.text, first.hint), ...lines].join('\n'));
}

/** Throws the error for these problems, if there are any. */
export function throwProblems(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw specError([first, ...others]);
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}: ${hint}`;
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (a, b) => a.location.line - b.location.line || a.location.column - b.location.column,
  );
}
