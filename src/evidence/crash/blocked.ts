// SPDX-License-Identifier: MIT
import {messagesOf} from './messages.ts';
import type {Frame} from './report.ts';
import {traceOf} from './backtrace.ts';

/** What a task or a CPU was at when the kernel was asked (sysrq-w, sysrq-l). */
export interface Stack {
  /** `insmod`, or `CPU 1`. */
  readonly who: string;
  /** From the function that is to be looked at on outwards. */
  readonly frames: readonly Frame[];
  readonly lines: readonly string[];
}

/** kernel/sched/core.c, sched_show_task(). */
const task = /^task:(\S.{0,30}?)\s+state:([A-Z])\b/;
/** lib/nmi_backtrace.c, nmi_cpu_backtrace(). */
const cpu = /^NMI backtrace for cpu (\d{1,4})$/;

/** The longest trace that is read. */
const most = 80;

function stacks(
  lines: readonly string[],
  begins: (line: string) => string | undefined,
  kind: 'hang' | 'oops',
): readonly Stack[] {
  const found = lines.flatMap((line, index) => {
    const who = begins(line);
    return who === undefined ? [] : [{who, index}];
  });
  return found.map(({who, index}, number) => {
    const own = lines.slice(index, Math.min(found[number + 1]?.index ?? lines.length, index + most));
    return {who, frames: traceOf(own, {bare: false, kind}), lines: own};
  });
}

/** The tasks that wait in the kernel and cannot be interrupted, user space's first: that is whom a step waits for. */
export function blockedTasks(log: string): readonly Stack[] {
  const found = stacks(
    messagesOf(log),
    (line) => {
      const [, who, state] = task.exec(line.slice(0, 200)) ?? [];
      return state === 'D' ? who : undefined;
    },
    'hang',
  );
  const isWorker = ({who}: Stack): boolean => who.startsWith('kworker');
  return [...found.filter((one) => !isWorker(one)), ...found.filter(isWorker)];
}

/** The CPUs that execute something in the kernel, but for the one that was asked to show them. */
export function busyCpus(log: string): readonly Stack[] {
  const found = stacks(
    messagesOf(log),
    (line) => {
      const [, number] = cpu.exec(line) ?? [];
      return number === undefined ? undefined : `CPU ${number}`;
    },
    'oops',
  );
  return found.filter(
    ({frames, lines}) =>
      frames.length > 0 && !lines.some((line) => /sysrq_handle_|write_sysrq_trigger/.test(line)),
  );
}
