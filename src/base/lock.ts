// SPDX-License-Identifier: MIT
import {once} from 'node:events';
import {statSync} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {execa} from 'execa';
import {type Context, checkpoint} from './context.ts';
import {HostError} from './errors.ts';
import {mortalCommand} from './mortal.ts';
import {missingCommand} from './process.ts';

/**
 * A lock that the kernel takes back when its holder dies, `kill -9` included: flock(2), held by a helper that
 * ends with the lab because its standard input does. (A lock file with a time stamp would outlive the lab.)
 * A lock on a file that was deleted meanwhile excludes nobody who came later: then the helper ends at once.
 */
const holder = `
for held in /proc/self/fd/*; do
  if [ "$held" -ef "$1" ]; then echo held; read -r _; exit 0; fi
done
exit 75
`;

/** Exit codes that mean that somebody deletes the file, or its folder: 66 of flock(1), 75 of the helper. */
const gone: readonly (number | undefined)[] = [66, 75];

/** How often the file is created again: `rm -r` of a large cache takes seconds. */
const attempts = 5;

/**
 * Runs `work` while holding an exclusive lock on `file`, which is created with its folder.
 * @param purpose what the lock guards, for the line a waiting person sees
 * @throws {HostError} if the file is deleted meanwhile: the result is then not to be trusted
 */
export async function withLock<T>(
  file: string,
  purpose: string,
  context: Context,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(file, purpose, context);
  try {
    const {ino} = statSync(file, {throwIfNoEntry: false}) ?? {};
    const result = await work();
    // Whoever came after the file was deleted got another lock: both may have written to the same files.
    if (ino === undefined || statSync(file, {throwIfNoEntry: false})?.ino !== ino) {
      throw new HostError(`${file} was deleted while p2plab held this lock (${purpose})`, {
        hint: 'run the command again: what is missing is made again',
      });
    }
    return result;
  } finally {
    await release();
  }
}

/** Waits for the lock, and returns what gives it back. */
async function acquire(file: string, purpose: string, context: Context): Promise<() => Promise<void>> {
  const patience = setTimeout(() => {
    context.report({topic: purpose, text: 'waiting for another p2plab that is at it'});
  }, 300);
  try {
    for (let attempt = 1; ; attempt++) {
      checkpoint(context);
      await mkdir(path.dirname(file), {recursive: true});
      // While it waits for the lock it reads no input, so that the lab's death has to reach it as a signal.
      const words = ['--exclusive', file, 'sh', '-c', holder, 'sh', file];
      const [helper, ...args] = mortalCommand('flock', words);
      const lock = execa(helper, args, {reject: false, stdin: 'pipe', cancelSignal: context.signal});
      const held = once(lock.stdout, 'data').then(() => true);
      if (await Promise.race([held, lock.then(() => false)])) {
        return async () => {
          lock.stdin.end('\n');
          await lock;
        };
      }
      const {code, exitCode, stderr} = await lock;
      checkpoint(context);
      if (code === 'ENOENT') throw missingCommand('setpriv');
      if (attempt < attempts && gone.includes(exitCode)) continue;
      throw new HostError(
        `cannot lock ${file}: ${stderr.trim() || `flock ended with ${exitCode ?? 'a signal'}`}`,
        {
          hint: 'is the cache being deleted, or may you not write there? Run the command again',
        },
      );
    }
  } finally {
    clearTimeout(patience);
  }
}
