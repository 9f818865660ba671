// SPDX-License-Identifier: MIT

/**
 * For `sh`: runs "$@" if the parent is still the process whose PID is $0. `setpriv` has armed the parent's death as
 * a signal by then, so that a parent which dies later kills us; one that died earlier has left us to another
 * process, and nobody would ever kill us.
 */
const unlessOrphaned = '[ "$PPID" = "$0" ] && exec "$@"';

/**
 * The words of a command that the kernel kills when the lab dies, at whatever moment: between fork(2) and
 * prctl(2) too. The first word is the program to start; it becomes `command` and keeps its PID.
 */
export function mortalCommand(command: string, args: readonly string[]): readonly [string, ...string[]] {
  return [
    'setpriv',
    ...['--pdeathsig', 'SIGKILL', '--', 'sh', '-c', unlessOrphaned, String(process.pid)],
    command,
    ...args,
  ];
}
