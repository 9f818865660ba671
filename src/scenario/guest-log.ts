// SPDX-License-Identifier: MIT
import {appendFile, open, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import * as z from 'zod';
import {type Gap, type KernelRecord, parseRecord, stampOf} from '../evidence/kmsg.ts';
import {AnswerError, answerLines, readJson} from '../guest/answer.ts';
import type {Guest} from '../guest/guest.ts';
import type {ExecResult} from '../guest/ssh.ts';

/** The last line of the answer to `p2p log`. */
const ending = z.object({
  op: z.literal('log'),
  ok: z.literal(true),
  records: z.int().nonnegative(),
  /** Whether there was more than fits into one answer. */
  more: z.boolean(),
});

const words = ['p2p', 'log'] as const;

/** So many answers of 2 MiB one after the other are a kernel that logs faster than it can be read. */
const mostAnswers = 16;

/** Of a log that is longer than this only the beginning is kept as dmesg.txt. All of it is looked at. */
const longestKept = 16 * 1024 * 1024;

/** Lines that are looked at once more with those that come after them: a report may have begun in them. */
const overlap = 60;

/** How long the console may take to print what the log has, in milliseconds. */
const consoleLimit = 5000;

const pieceBytes = 256 * 1024;

/** A piece of a log. */
export interface Piece {
  /** The lines before it that a report may have begun in. */
  readonly before: readonly string[];
  readonly lines: readonly string[];
}

/** What a look at a kernel's log found. */
export interface Look {
  readonly log: Piece;
  /** The console has lines of others, too: these are the kernel's own. */
  readonly console: Piece;
  /** What is missing of the log and is not on the console either: why nothing can be said of this kernel. */
  readonly errors: readonly string[];
}

/**
 * The log of a guest's kernel, read piece by piece as the guest runs, and what the host itself has recorded of its
 * console. Records that the kernel overwrote before they were read are looked for on the console.
 */
export class GuestLog {
  readonly #guest: Guest;
  readonly #file: string;
  #next = 0;
  #stamp = -1;
  #kept = 0;
  #tail: readonly string[] = [];
  #consoleTail: readonly string[] = [];
  #consoleAt = 0;
  #consoleRest = '';

  /** @param folder the run's: the log is kept there as dmesg.txt */
  constructor(guest: Guest, folder: string) {
    this.#guest = guest;
    this.#file = path.join(folder, 'dmesg.txt');
  }

  /**
   * Reads what the kernel has logged since the last look.
   * @throws AnswerError when the log cannot be read
   */
  async look(): Promise<Look> {
    const records = await this.#readRecords();
    const gaps = this.#gapsIn(records);
    const lines = records.flatMap((record) => record.lines);
    await this.#keep(lines);
    const printed = await this.#readConsole(gaps.at(-1)?.before);
    const log = {before: this.#tail, lines};
    const console = {before: this.#consoleTail, lines: printed.filter((line) => stampOf(line) !== undefined)};
    this.#tail = tailOf(log);
    this.#consoleTail = tailOf(console);
    return {log, console, errors: uncovered(gaps, records, console.lines)};
  }

  async #readRecords(): Promise<readonly KernelRecord[]> {
    const records: KernelRecord[] = [];
    for (let answers = 0; answers < mostAnswers; answers++) {
      const {records: some, more} = readLogAnswer(await this.#guest.run(words));
      records.push(...some);
      if (!more) return records;
    }
    throw new AnswerError(
      words,
      `the kernel logs faster than its log can be read`,
      `${records.length} records`,
    );
  }

  /** The sequence numbers have no holes: where there is one, records were overwritten before they were read. */
  #gapsIn(records: readonly KernelRecord[]): readonly Gap[] {
    const gaps: Gap[] = [];
    for (const {sequence, microseconds} of records) {
      if (sequence < this.#next) {
        throw new AnswerError(words, `record ${sequence} comes after record ${this.#next - 1}`, '');
      }
      if (sequence > this.#next)
        gaps.push({count: sequence - this.#next, after: this.#stamp, before: microseconds});
      this.#next = sequence + 1;
      this.#stamp = microseconds;
    }
    return gaps;
  }

  async #keep(lines: readonly string[]): Promise<void> {
    const room = longestKept - this.#kept;
    const text = lines.map((line) => `${line}\n`).join('');
    if (this.#kept === 0) await writeFile(this.#file, text.slice(0, room));
    else if (room > 0) await appendFile(this.#file, text.slice(0, room));
    this.#kept += text.length;
  }

  /**
   * Reads what is new on the console.
   * @param until a time stamp in microseconds that it must have reached, if it ever does
   */
  async #readConsole(until: number | undefined): Promise<readonly string[]> {
    const lines: string[] = [];
    const end = performance.now() + consoleLimit;
    for (;;) {
      lines.push(...(await this.#newConsoleLines()));
      const last = lines.findLast((line) => stampOf(line) !== undefined);
      const reached = until === undefined || (last !== undefined && (stampOf(last) ?? 0) >= until);
      if (reached || performance.now() > end) return lines;
      await pause(50);
    }
  }

  async #newConsoleLines(): Promise<readonly string[]> {
    const file = await open(this.#guest.consoleFile, 'r');
    try {
      const buffer = Buffer.alloc(pieceBytes);
      const lines: string[] = [];
      for (;;) {
        const {bytesRead} = await file.read(buffer, 0, pieceBytes, this.#consoleAt);
        if (bytesRead === 0) return lines;
        this.#consoleAt += bytesRead;
        const parts = (this.#consoleRest + buffer.toString('latin1', 0, bytesRead)).split(/\r?\n/);
        this.#consoleRest = (parts.pop() ?? '').slice(-pieceBytes);
        lines.push(...parts);
      }
    } finally {
      await file.close();
    }
  }
}

function tailOf({before, lines}: Piece): readonly string[] {
  return [...before, ...lines].slice(-overlap);
}

/**
 * Reads an answer to `p2p log`.
 * @throws AnswerError when it is none, or not whole
 */
export function readLogAnswer(answer: Pick<ExecResult, 'code' | 'stdout' | 'truncated'>): {
  readonly records: readonly KernelRecord[];
  readonly more: boolean;
} {
  const lines = answerLines(words, answer);
  const last = lines.at(-1) ?? '';
  if (answer.code !== 0) throw new AnswerError(words, `it ended with ${answer.code}`, last);
  const {records: count, more} = readJson(words, last, ending);
  const records = lines.slice(0, -1).map((line) => {
    const record = parseRecord(line);
    if (record === undefined) throw new AnswerError(words, 'a record that cannot be read', line);
    return record;
  });
  if (records.length !== count)
    throw new AnswerError(words, `${records.length} of ${count} records came`, last);
  return {records, more};
}

/** What is missing in the log, and is not on the console either. */
function uncovered(
  gaps: readonly Gap[],
  records: readonly KernelRecord[],
  console: readonly string[],
): readonly string[] {
  if (gaps.length === 0) return [];
  const read = new Set(records.map(({microseconds}) => microseconds));
  // Lines of one record have one time stamp: two records that have the same one count once, which errs on the safe side.
  const printed = new Set(console.flatMap((line) => stampOf(line) ?? []).filter((stamp) => !read.has(stamp)));
  return gaps.flatMap(({count, after, before}) => {
    const there = [...printed].filter((stamp) => stamp > after && stamp < before).length;
    if (there >= count) return [];
    return [
      `the kernel overwrote ${count} records of its log before they were read, and the console has ${there} of them: what they said is not known`,
    ];
  });
}
