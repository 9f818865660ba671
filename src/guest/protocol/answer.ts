// SPDX-License-Identifier: MIT
import type * as z from 'zod';
import {excerptOf} from '../../base/escape.ts';
import {HostError} from '../../base/errors.ts';
import type {ExecResult} from '../transport.ts';
import {parseJson} from './json.ts';

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

/** The most lines that are read of one answer. */
const mostLines = 200_000;

/** What a line may be. The tool's own lines have three levels. */
const lineBounds = {length: 1024 * 1024, depth: 32} as const;

/** What a command printed, and how it ended. */
export type Answer = Pick<ExecResult, 'code' | 'stdout' | 'truncated'>;

/**
 * The lines that a command of the guest's tool printed, without empty ones.
 * @throws AnswerError when it is more than may be, or was cut
 */
export function answerLines(
  words: readonly string[],
  {stdout, truncated}: Pick<Answer, 'stdout' | 'truncated'>,
): readonly string[] {
  if (truncated) throw new AnswerError(words, 'the answer is too long and was cut', stdout);
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (lines.length > mostLines) throw new AnswerError(words, `the answer has ${lines.length} lines`, stdout);
  const long = lines.find((line) => line.length > lineBounds.length);
  if (long !== undefined) throw new AnswerError(words, `a line of ${long.length} characters`, long);
  return lines;
}

/** A line as JSON; undefined if it is none, or exceeds what a line may be. */
export function parseLine(line: string): unknown {
  return parseJson(line, lineBounds);
}

/** The lines of a text that are JSON; others are passed over. */
export function parseLines(text: string): readonly unknown[] {
  return text.split('\n').flatMap((line): unknown[] => {
    const value = parseLine(line);
    return value === undefined ? [] : [value];
  });
}

/** What a schema makes of a line; undefined if it does not fit: for what explains, and decides nothing. */
export function readLineIfValid<T>(line: string, schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(parseLine(line)).data;
}

/**
 * A line of JSON that must be what the schema says.
 * @throws AnswerError for anything else
 */
export function readLine<T>(words: readonly string[], line: string, schema: z.ZodType<T>): T {
  const read = schema.safeParse(parseLine(line));
  if (read.success) return read.data;
  throw new AnswerError(words, 'the answer cannot be read', line);
}

/**
 * The one line of JSON that a command printed, which must have succeeded.
 * @throws AnswerError when it failed, or for anything that is not what the schema says
 */
export function readDocument<T>(words: readonly string[], answer: Answer, schema: z.ZodType<T>): T {
  const [line = ''] = answerLines(words, answer);
  if (answer.code !== 0) throw new AnswerError(words, `it ended with ${answer.code}`, line);
  return readLine(words, line, schema);
}
