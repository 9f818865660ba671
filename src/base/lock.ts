// SPDX-License-Identifier: MIT
import {once} from 'node:events';
import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {execa} from 'execa';
import {type Context, checkpoint} from './context.ts';
import {HostError, Interrupted} from './errors.ts';
import {mortalCommand} from './mortal.ts';
import {missingCommand} from './process.ts';

/**
 * A lock that the kernel takes back when its holder dies, `kill -9` included: flock(2), held by a helper that
 * ends with the lab because its standard input does. (A lock file with a time stamp would outlive the lab.)
 */
const holder = ['sh', '-c', 'echo held; read -r _'] as const;

/**
 * Runs `work` while holding an exclusive lock on `file`, which is created with its folder.
 * @param purpose what the lock guards, for the line a waiting person sees
 */
export async function withLock<T>(
  file: string,
  purpose: string,
  context: Context,
  work: () => Promise<T>,
): Promise<T> {
  checkpoint(context);
  await mkdir(path.dirname(file), {recursive: true});
  // While it waits for the lock it reads no input, so that the lab's death has to reach it as a signal.
  const [helper, ...words] = mortalCommand('flock', ['--exclusive', file, ...holder]);
  const lock = execa(helper, words, {
    reject: false,
    stdin: 'pipe',
    stderr: 'inherit',
    cancelSignal: context.signal,
  });
  const patience = setTimeout(() => {
    context.report({topic: purpose, text: 'waiting for another p2plab that is at it'});
  }, 300);
  try {
    const held = once(lock.stdout, 'data').then(() => true);
    if (!(await Promise.race([held, lock.then(() => false)]))) {
      const result = await lock;
      if (context.signal.aborted) throw new Interrupted();
      if (result.code === 'ENOENT') throw missingCommand('setpriv');
      throw new HostError(`cannot lock ${file} (flock exited with ${result.exitCode ?? 'a signal'})`);
    }
  } finally {
    clearTimeout(patience);
  }
  try {
    return await work();
  } finally {
    lock.stdin.end('\n');
    await lock;
  }
}
