// SPDX-License-Identifier: MIT
import {type ChildProcess, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {globSync, mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {temporary} from './temporary-state.ts';

const program = path.resolve(import.meta.dirname, '../../src/launcher/main.js');

/** A variable of the environment by which all that a lab starts can be told from everything else here. */
const mark = 'P2PLAB_TEST_MARK';

/** A process that a lab started, directly or not. */
interface Descendant {
  readonly pid: number;
  /** The name of its program, as in /proc/PID/comm. */
  readonly name: string;
}

/** A `p2plab` that runs as a process of its own, with folders of its own. */
export class LabProcess {
  /** What the lab, and QEMU below it, take for the folder of temporary files. */
  readonly temporaryFolder: string;
  readonly stateFolder: string;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  readonly #child: ChildProcess;
  readonly #mark = randomUUID();
  #output = '';

  /** @param stateFolder another lab's, to go on where it ended; its own if there is none */
  constructor(args: readonly string[], stateFolder?: string) {
    const folder = path.join(temporary, this.#mark);
    this.temporaryFolder = path.join(folder, 'tmp');
    this.stateFolder = stateFolder ?? path.join(folder, 'state');
    mkdirSync(this.temporaryFolder, {recursive: true});
    this.#child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TMPDIR: this.temporaryFolder,
        XDG_STATE_HOME: this.stateFolder,
        [mark]: this.#mark,
      },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        resolve(code ?? signal);
      });
    });
  }

  /** All that it has printed so far, on both streams. */
  get output(): string {
    return this.#output;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The processes that it started and that live, wherever they hang by now. */
  descendants(): readonly Descendant[] {
    return globSync('/proc/[0-9]*').flatMap((folder) => {
      const pid = Number(path.basename(folder));
      try {
        if (pid === this.#child.pid) return [];
        if (!readFileSync(`${folder}/environ`, 'latin1').includes(`${mark}=${this.#mark}`)) return [];
        // A zombie has an empty environment.
        return [{pid, name: readFileSync(`${folder}/comm`, 'utf8').trim()}];
      } catch {
        return [];
      }
    });
  }

  /** Waits until a process of this name runs. */
  async runs(name: RegExp): Promise<void> {
    await this.until(() => this.descendants().some((process) => name.test(process.name)), String(name));
  }

  /** Waits until the console of its one guest has this text. */
  async consoleSays(text: string): Promise<void> {
    const pattern = path.join(this.stateFolder, 'p2plab/runs/*/console.log');
    await this.until(() => globSync(pattern).some((file) => readFileSync(file, 'utf8').includes(text)), text);
  }

  /** Waits for what cannot be awaited, as it is another process's doing. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const start = performance.now();
    while (!condition()) {
      if (performance.now() - start > 120_000) throw new Error(`waited 120 s for ${what}: ${this.#output}`);
      if (this.#child.exitCode !== null) throw new Error(`it ended before ${what}: ${this.#output}`);
      await delay(20);
    }
  }

  /** Which of its processes are left a second from now, at most; none if all end before. */
  async survivors(): Promise<readonly Descendant[]> {
    const start = performance.now();
    while (this.descendants().length > 0 && performance.now() - start < 1000) await delay(20);
    return this.descendants();
  }
}
