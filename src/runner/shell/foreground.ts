// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import {UsageError} from '../../base/errors.ts';

/**
 * Whether this process may use its terminal. One of a background group is stopped by SIGTTIN or SIGTTOU when it reads
 * from the terminal or sets its modes, as below `timeout`, which makes a group of its own (tcsetattr(3), setpgid(2)).
 */
export function inForeground(stat: string = readFileSync('/proc/self/stat', 'latin1')): boolean {
  // proc_pid_stat(5): the command's name, in parentheses, may hold anything.
  const [, , group, , , foreground = '-1'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Without a controlling terminal there is no background.
  return Number(foreground) <= 0 || group === foreground;
}

/** @throws {UsageError} where a shell would be stopped as soon as it used the terminal */
export function checkForeground(): void {
  if (!process.stdin.isTTY || inForeground()) return;
  throw new UsageError('a shell in the background cannot use the terminal', {
    hint: 'below timeout take "timeout --foreground"; in a job of your shell use fg; or give commands on standard input',
  });
}
