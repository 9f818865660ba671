// SPDX-License-Identifier: MIT
import type * as z from 'zod';
import {excerptOf} from '../base/escape.ts';
import {HostError} from '../base/errors.ts';
import type {ExecResult} from './ssh.ts';

/**
 * The guest's tool printed something that it cannot have printed, or not all that it had to: evidence is
 * missing, which says nothing about what was to be tried.
 */
export class AnswerError extends HostError {
  /** @param text what was printed: its beginning is shown, escaped */
  constructor(words: readonly string[], problem: string, text: string) {
    super(`"${words.join(' ')}" in the guest: ${problem}: ${text === '' ? 'nothing' : excerptOf(text)}`);
  }
}

/** The most lines that are read of one answer, and the longest of them in characters. */
const mostLines = 200_000;
const longestLine = 1024 * 1024;

/** What a command printed, and how it ended. */
type Printed = Pick<ExecResult, 'stdout' | 'truncated'>;

/**
 * The lines that a command of the guest's tool printed, without empty ones.
 * @throws AnswerError when it is more than may be, or was cut
 */
export function answerLines(words: readonly string[], {stdout, truncated}: Printed): readonly string[] {
  if (truncated) throw new AnswerError(words, 'the answer is too long and was cut', stdout);
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length > mostLines) throw new AnswerError(words, `the answer has ${lines.length} lines`, stdout);
  const long = lines.find((line) => line.length > longestLine);
  if (long !== undefined) throw new AnswerError(words, `a line of ${long.length} characters`, long);
  return lines;
}

/** A line as JSON; undefined if it is none. */
export function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * A line of JSON that must be what the schema says.
 * @throws AnswerError for anything else
 */
export function readJson<T>(words: readonly string[], line: string, schema: z.ZodType<T>): T {
  const read = schema.safeParse(parseJson(line));
  if (read.success) return read.data;
  throw new AnswerError(words, 'the answer cannot be read', line);
}
