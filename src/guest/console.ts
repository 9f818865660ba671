// SPDX-License-Identifier: MIT
import {type FileHandle, open} from 'node:fs/promises';
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
  readonly #file: FileHandle;
  readonly #name: string;
  readonly #take: (chunk: Buffer) => void;
  readonly #onFull: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #buffer = Buffer.alloc(pieceBytes);
  #position = 0;
  #reading: Promise<void> | undefined;

  private constructor(name: string, file: FileHandle, onLine: (line: string) => void, onFull: () => void) {
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
  static async start(
    name: string,
    onLine: (line: string) => void,
    onFull: () => void,
  ): Promise<ConsoleRecorder> {
    return new ConsoleRecorder(name, await open(name, 'w+'), onLine, onFull);
  }

  /**
   * Reads the rest, for QEMU has ended.
   * @throws HostError when the file could not be read
   */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    try {
      await this.#reading;
      await this.#readOn();
    } catch (error) {
      throw new HostError(`cannot read ${displayPath(this.#name)}: ${messageOf(error)}`, {cause: error});
    } finally {
      await this.#file.close();
    }
  }

  #look(): void {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
    // Whoever asks for the end is told.
    this.#reading.catch(() => undefined);
  }

  async #readOn(): Promise<void> {
    while (this.#position < limit) {
      const {bytesRead} = await this.#file.read(this.#buffer, 0, pieceBytes, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      this.#take(this.#buffer.subarray(0, bytesRead));
      if (this.#position >= limit) this.#onFull();
    }
  }
}
