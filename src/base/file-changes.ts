// SPDX-License-Identifier: MIT
import {type FSWatcher, watch} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {HostError, isErrno} from './errors.ts';

/** Editors write a file in several steps: this many milliseconds of quiet end a change. */
const quiet = 150;

/** What changes below folders, until closed. Folders are watched, not files: a kernel has five thousand of them. */
export class FileChanges {
  readonly #watchers: FSWatcher[] = [];
  readonly #changed = new Set<string>();
  #last = 0;
  #wake: () => void = () => undefined;

  private constructor() {}

  /**
   * Begins to look at files and at all that is below folders.
   * @param ignored whether a folder, by its name, is not looked into
   * @throws {HostError} where the machine allows too few watches
   */
  static async of(roots: readonly string[], ignored: (name: string) => boolean): Promise<FileChanges> {
    const changes = new FileChanges();
    try {
      for (const root of roots) {
        if ((await stat(root)).isDirectory()) await changes.#watchBelow(root, ignored);
        // Its folder: an editor puts a new file in the place of the old one.
        else changes.#watchFolder(path.dirname(root), (name) => name === path.basename(root));
      }
      return changes;
    } catch (error) {
      changes.close();
      if (!isErrno(error, 'ENOSPC')) throw error;
      throw new HostError('this machine allows too few watches of folders', {
        hint: 'sysctl fs.inotify.max_user_watches=524288',
        cause: error,
      });
    }
  }

  async #watchBelow(folder: string, ignored: (name: string) => boolean): Promise<void> {
    this.#watchFolder(folder, (name) => !ignored(name));
    const entries = await readdir(folder, {withFileTypes: true});
    const below = entries.filter((entry) => entry.isDirectory() && !ignored(entry.name));
    await Promise.all(below.map(({name}) => this.#watchBelow(path.join(folder, name), ignored)));
  }

  #watchFolder(folder: string, wanted: (name: string) => boolean): void {
    const watcher = watch(folder, (_, name) => {
      if (name === null || !wanted(name)) return;
      this.#changed.add(path.join(folder, name));
      this.#last = performance.now();
      this.#wake();
    });
    // A folder that is deleted is looked at no more.
    watcher.on('error', () => {
      watcher.close();
    });
    this.#watchers.push(watcher);
  }

  /** Waits for changes and for quiet after them; what was changed before counts. Empty if the signal came first. */
  async next(signal: AbortSignal): Promise<readonly string[]> {
    while (this.#changed.size === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener(
          'abort',
          () => {
            resolve();
          },
          {once: true},
        );
      });
    }
    while (!signal.aborted && performance.now() - this.#last < quiet)
      await delay(quiet, undefined, {signal}).catch(() => undefined);
    const changed = [...this.#changed].sort();
    this.#changed.clear();
    return signal.aborted ? [] : changed;
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}
