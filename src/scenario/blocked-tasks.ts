// SPDX-License-Identifier: MIT
import type {CommandTimeout, Guest} from '../guest/guest.ts';
import {GuestError} from '../guest/guest.ts';
import {HostError, type LabError, messageOf} from '../base/errors.ts';
import {isWaiting} from '../evidence/crash/skip-frames.ts';

/** A task of a guest's kernel that waits and that no signal reaches (TASK_UNINTERRUPTIBLE). */
export interface BlockedTask {
  readonly pid: number;
  readonly name: string;
  /** How often it gave a CPU away: as long as this is the same, it has not run. */
  readonly switches: string;
  /** Where it waits, the innermost function first; empty if the kernel does not say. */
  readonly stack: readonly string[];
}

/** Between the two looks at a guest's tasks, in seconds: longer than a slow disk of the lab takes. */
const apart = 5;

const separator = '---';

/**
 * For the guest's shell: prints every uninterruptible task twice, and has the kernel print their stacks to its log in
 * between (sysrq-w). It uses what the shell itself can do, for the guest may be short of everything.
 */
const script = `
look() {
  for task in /proc/[0-9]*/task/[0-9]*; do
    stat=
    { read -r stat <$task/stat; } 2>/dev/null
    case "$stat" in *") D "*) ;; *) continue ;; esac
    echo "task $stat"
    grep ctxt_switches $task/status
    cat $task/stack
    read -r wchan <$task/wchan
    echo "wchan $wchan"
  done 2>/dev/null
}
look
echo w >/proc/sysrq-trigger
sleep ${apart}
echo ${separator}
look
`;

/** Reads one look of {@link script}: the guest's words, of which only what looks right is taken. */
export function readBlockedTasks(text: string): readonly BlockedTask[] {
  return text
    .split(/^(?=task \d+ \()/m)
    .slice(0, 1000)
    .flatMap((part) => {
      const head = /^task (\d+) \((.{0,64})\) D /.exec(part);
      if (head === null) return [];
      const switches = [...part.matchAll(/^\w{0,20}ctxt_switches:\s*(\d{1,20})$/gm)].map(
        ([, count]) => count,
      );
      // A kernel without CONFIG_STACKTRACE has no stack to show, but where the task sleeps.
      const wchan = /^wchan ([A-Za-z_][\w.]{0,127})$/m.exec(part)?.[1];
      const frames = [...part.matchAll(/^\[<[0-9a-f]{1,16}>\] ([\w.]{1,128})\+0x/gm)].map(
        ([, name]) => name ?? '',
      );
      return [
        {
          pid: Number(head[1]),
          name: (head[2] ?? '').replaceAll(/[^\w.:/-]/g, '?'),
          switches: switches.join('+'),
          stack: frames.length === 0 && wchan !== undefined ? [wchan] : frames.slice(0, 64),
        },
      ];
    });
}

/** The tasks that have not run between two looks. */
export function stuckTasks(first: string, second: string): readonly BlockedTask[] {
  const before = readBlockedTasks(first);
  return readBlockedTasks(second).filter(({pid, switches}) =>
    before.some((task) => task.pid === pid && task.switches === switches),
  );
}

/**
 * What it means that a command of a step did not end while its guest lives on. A kernel that does not wake a task
 * hangs: the task's stack is the proof. Otherwise the command is slow, or waits for something of its own, and
 * that is no word on the kernel.
 * @param title the step's
 */
export async function explainTimeout(
  guest: Guest,
  title: string,
  timeout: CommandTimeout,
): Promise<LabError> {
  const {message} = timeout;
  let said: string;
  try {
    const {stdout} = await guest.exec(['sh', '-c', script], (apart + 30) * 1000);
    said = stdout;
  } catch (error) {
    if (error instanceof GuestError) return error;
    return new HostError(
      `${title}: ${message}; the guest's heartbeat goes on, but its tasks cannot be read: ${messageOf(error)}`,
      {hint: raiseHint, cause: error},
    );
  }
  const [first = '', second = ''] = said.split(`\n${separator}\n`);
  const [stuck] = stuckTasks(`${first}\n`, second);
  if (stuck === undefined) {
    return new HostError(
      `${title}: ${message}; the guest is alive and no task of it is blocked in the kernel`,
      {hint: raiseHint, cause: timeout},
    );
  }
  const {name, pid, stack} = stuck;
  const where = stack.length === 0 ? '' : ` in ${innermost(stack)}()`;
  const reason = `${title}: ${message}: ${name} (PID ${pid}) is blocked${where} and has not run for ${apart} s`;
  return new GuestError({kind: 'hang', reason}, (report) => guest.excuses(report));
}

const raiseHint = 'if the step needs longer than that, raise its `timeout:`';

function innermost(stack: readonly string[]): string {
  return stack.find((name) => !isWaiting(name)) ?? stack[0] ?? '';
}
