// SPDX-License-Identifier: MIT
import {closeSync, openSync, readSync} from 'node:fs';
import {HostError, messageOf} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import {lineReader} from './lines.ts';

/** More than this of a console is not kept: a guest's output is hostile. */
const limit = 16 * 1024 * 1024;
const lineLimit = 4096;
const pieceBytes = 64 * 1024;

/**
 * Milliseconds between two looks at the file. QEMU writes a byte at a time: to be woken by each took a fifth
 * of a second of processor time from every guest that boots.
 */
const period = 20;

/**
 * A guest's console: QEMU writes it into a file, which takes its single bytes at less cost than a socket and
 * keeps them if the lab dies. Each whole line is told as it comes.
 */
export class ConsoleRecorder {
  readonly #file: number;
  readonly #name: string;
  readonly #take: (chunk: Buffer) => void;
  readonly #onFull: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #buffer = Buffer.alloc(pieceBytes);
  #position = 0;

  private constructor(name: string, file: number, onLine: (line: string) => void, onFull: () => void) {
    this.#name = name;
    this.#file = file;
    this.#take = lineReader(lineLimit, onLine);
    this.#onFull = onFull;
    this.#timer = setInterval(() => {
      this.#look();
    }, period);
  }

  /**
   * Makes the file and follows it.
   * @param onFull called when the console has as much as is kept: QEMU is to write no more of it
   */
  static start(name: string, onLine: (line: string) => void, onFull: () => void): ConsoleRecorder {
    return new ConsoleRecorder(name, openSync(name, 'w+'), onLine, onFull);
  }

  /**
   * Reads the rest, for QEMU has ended.
   * @throws HostError when the file could not be read
   */
  end(): void {
    clearInterval(this.#timer);
    try {
      this.#readOn();
    } catch (error) {
      throw new HostError(`cannot read ${displayPath(this.#name)}: ${messageOf(error)}`, {cause: error});
    } finally {
      closeSync(this.#file);
    }
  }

  #look(): void {
    try {
      this.#readOn();
    } catch {
      // Whoever asks for the end meets it again, and is told.
    }
  }

  /** What a local file holds is there at once: to wait for it takes a hundred times as long as to read it. */
  #readOn(): void {
    while (this.#position < limit) {
      const bytes = readSync(this.#file, this.#buffer, 0, pieceBytes, this.#position);
      if (bytes === 0) return;
      this.#position += bytes;
      this.#take(this.#buffer.subarray(0, bytes));
      if (this.#position >= limit) this.#onFull();
    }
  }
}
