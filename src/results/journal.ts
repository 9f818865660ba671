// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {type FileHandle, mkdir, open, readdir, readFile, rm, truncate} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {verdicts} from '../base/verdict.ts';
import {sha256} from '../base/hash.ts';
import {stateRoot} from '../base/paths.ts';
import {fileNameOf, isPath} from '../spec/identity.ts';

const verdict = z.enum(verdicts);

const attemptSchema = z.object({
  /** The run's id in its suite. */
  run: z.string(),
  verdict,
  reason: z.string(),
  knownIssue: z.string().optional(),
  durationMs: z.number(),
  qemu: z.string(),
  /** The folder of its bundle; not there if it was not begun. */
  bundle: z.string().optional(),
  /** The name that it has in the database, if it was not begun. */
  unbegun: z.string().optional(),
});

/** One attempt at a run of a suite, as the journal has it. */
export type JournalEntry = Readonly<z.output<typeof attemptSchema>>;

const headSchema = z.object({suite: z.string(), key: z.string(), begun: z.string()});
const endSchema = z.object({ended: z.string()});

/** What a suite's nightly run has come to, a line each: a lab that is killed goes on where it was. */
export class Journal {
  readonly file: string;
  /** When the nightly run began, ISO 8601. */
  readonly begun: string;
  /** What is known already, of a nightly run that was cut short. */
  readonly entries: readonly JournalEntry[];
  readonly #handle: FileHandle;

  private constructor(file: string, begun: string, handle: FileHandle, entries: readonly JournalEntry[]) {
    this.file = file;
    this.begun = begun;
    this.entries = entries;
    this.#handle = handle;
  }

  /**
   * Goes on with the newest journal of a suite if that has no end and is of the same runs; else begins one.
   * @param key stands for all that the runs depend on: the suite, its scenarios, the kernels, QEMU
   * @param resume whether to continue a journal that was interrupted
   */
  static async open(suite: string, key: string, resume: boolean): Promise<Journal> {
    const folder = folderOf(suite);
    await mkdir(folder, {recursive: true});
    const newest = (await readdir(folder))
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .at(-1);
    if (newest !== undefined && resume) {
      const file = path.join(folder, newest);
      const found = await readJournal(file);
      if (found?.key === key && !found.ended) {
        // What was written when the lab was killed is half a line.
        await truncate(file, found.bytes);
        return new Journal(file, found.begun, await open(file, 'a'), found.entries);
      }
      // Not even its head was written; what cannot be read for another reason is kept.
      if (found === undefined && !(await readFile(file, 'utf8')).includes('\n')) await rm(file);
    }
    const begun = new Date().toISOString();
    const file = path.join(folder, `${begun.replaceAll(':', '').replace('.', '')}.jsonl`);
    const journal = new Journal(file, begun, await open(file, 'ax'), []);
    await journal.#write({suite, key, begun});
    return journal;
  }

  /** Adds what came of an attempt: it is on the disk when this is done. */
  async add(entry: JournalEntry): Promise<void> {
    await this.#write(entry);
  }

  /** Writes that all runs are settled: there is nothing to resume. */
  async end(): Promise<void> {
    await this.#write({ended: new Date().toISOString()});
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #write(line: object): Promise<void> {
    await this.#handle.appendFile(`${JSON.stringify(line)}\n`);
    await this.#handle.datasync();
  }
}

function folderOf(suite: string): string {
  return path.join(
    stateRoot,
    'nightly',
    isPath(suite) ? `${fileNameOf(suite)}-${sha256(suite).slice(0, 12)}` : suite,
  );
}

/** What a journal holds. */
interface Found {
  readonly key: string;
  readonly begun: string;
  readonly entries: readonly JournalEntry[];
  readonly ended: boolean;
  /** Up to the end of its last whole line. */
  readonly bytes: number;
}

/** Reads a journal; undefined for a file that is none. */
export async function readJournal(file: string): Promise<Found | undefined> {
  if (!existsSync(file)) return undefined;
  const text = await readFile(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...rest] = whole
    .split('\n')
    .filter((line) => line !== '')
    .map(parsed);
  const head = headSchema.safeParse(first);
  if (!head.success) return undefined;
  const entries = rest.flatMap((line) => {
    const entry = attemptSchema.safeParse(line);
    return entry.success ? [entry.data] : [];
  });
  const ended = rest.some((line) => endSchema.safeParse(line).success);
  return {key: head.data.key, begun: head.data.begun, entries, ended, bytes: Buffer.byteLength(whole)};
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
