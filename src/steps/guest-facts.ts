// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {AnswerError, answerLines, parseLine} from '../guest/protocol/answer.ts';
import type {ExecResult} from '../guest/transport.ts';
import type {Finding} from '../verdict/finding.ts';

/** One line that the guest tool printed: what it did, or where it failed. */
export interface Fact {
  readonly op: string;
  readonly ok: boolean;
  readonly errname?: string | undefined;
  readonly bytes?: number | undefined;
  /** Of what was begun: whether it `ended`, `stopped` itself, or `waits`, and in which function of the kernel. */
  readonly state?: string | undefined;
  readonly where?: string | undefined;
}

const word = z.string().max(256);

const schema = z.object({
  op: word,
  ok: z.boolean(),
  errname: word.optional(),
  bytes: z.number().nonnegative().optional(),
  state: word.optional(),
  where: word.optional(),
});

/**
 * The guest tool's facts in what a command printed.
 * @throws AnswerError for a command of the tool whose answer was cut, or has a line of JSON that is no fact: one
 * that is passed over could be the one that says what failed
 */
export function readFacts(
  words: readonly string[],
  printed: Pick<ExecResult, 'stdout' | 'truncated'>,
): readonly Fact[] {
  // Any other program may print what it likes.
  const strict = words[0] === 'p2p';
  const lines = strict ? answerLines(words, printed) : printed.stdout.split('\n');
  return lines.flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const value = parseLine(line);
    const parsed = schema.safeParse(value);
    if (parsed.success) return [parsed.data];
    if (strict && !isOther(value)) throw new AnswerError(words, 'a line that cannot be read', line);
    return [];
  });
}

/** What a verb has to say beside facts is read, by its own schema, by the verb's own part of the lab. */
function isOther(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'op' in value && !('ok' in value);
}

/** The tool itself could not work, for want of processes or memory: it says nothing about the kernel. */
export function labFailures(
  guest: readonly {readonly command: readonly string[]; readonly facts: readonly Fact[]}[],
): readonly Finding[] {
  return guest.flatMap(({command, facts}) =>
    facts
      .filter(({op, ok}) => op === 'lab' && !ok)
      .map(({errname, where = '?'}): Finding => {
        const parameters = {command, where, ...(errname !== undefined && {errname})};
        return {code: 'guest-tool-failed', parameters};
      }),
  );
}
