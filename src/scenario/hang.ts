// SPDX-License-Identifier: MIT
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {hex} from '../base/hex.ts';
import {escapeControls} from '../base/escape.ts';
import {functionsAt, type NamedAddress} from '../build/addresses.ts';
import {type KernelReport, kernelReports} from '../evidence/kernel-log.ts';
import {blockedTasks, busyCpus, type Stack} from '../evidence/crash/blocked.ts';
import {isEntry, isIdle, isReporting} from '../evidence/crash/skip-frames.ts';
import type {Frame} from '../evidence/crash/report.ts';
import {type CpuStack, readCpuStacks} from '../guest/cpu-stacks.ts';
import type {Guest} from '../guest/guest.ts';
import {type Crash, crashOf} from './crash.ts';
import type {Machine} from './machine.ts';

/** Milliseconds for a guest that may still answer, and for the panic that an NMI brings about. */
const askLimit = 5000;
const panicLimit = 3000;

type Built = Pick<Machine, 'kernel' | 'image' | 'sent'>;

/**
 * Finds out in which function a guest hangs that QEMU still has: by the tasks that are blocked in its kernel or the CPUs
 * that are busy in it (sysrq-w, sysrq-l), and where it does not answer at all, by the registers and stacks of its CPUs
 * as QEMU shows them. What was found is kept as stacks.txt and report.txt.
 * @returns undefined where the kernel waits for nothing, for then it is user space that does; and where the kernel has
 * reported something itself, which says more
 */
export async function whereItHangs(guest: Guest, machine: Built, folder: string): Promise<Crash | undefined> {
  if (kernelReports(await consoleOf(guest)).length > 0) return undefined;
  if (guest.failure === undefined && (await ask(guest))) {
    const log = await consoleOf(guest);
    const [first] = [...blockedTasks(log), ...busyCpus(log)];
    return first && crashOf(reportOf(first), machine, folder);
  }
  const stacks = await readCpuStacks(guest.qmp);
  const named = await nameStacks(stacks, machine);
  await writeFile(path.join(folder, 'stacks.txt'), describeStacks(named));
  // What a module's function is called only the kernel knows.
  if (machine.kernel.arch === 'x86_64' && named.some(({functions}) => functions[0] === undefined)) {
    const report = await reportOfNmi(guest);
    if (report !== undefined) return crashOf(report, machine, folder);
  }
  const [stuck] = named
    .map((stack) => ({stack: stackOf(stack), inModule: stack.functions[0] === undefined}))
    .filter(({stack}) => stack.frames.length > 0);
  return stuck && crashOf(reportOf(stuck.stack, stuck.inModule), machine, folder);
}

/** Has the kernel show what it is at, once. */
async function ask(guest: Guest): Promise<boolean> {
  try {
    await guest.exec(['sh', '-c', 'echo w >/proc/sysrq-trigger; echo l >/proc/sysrq-trigger'], askLimit);
    return true;
  } catch {
    return false;
  }
}

async function consoleOf(guest: Guest): Promise<string> {
  return readFile(guest.consoleFile, 'latin1').catch(() => '');
}

/** @param inModule whether the innermost function is a module's, whose name is not known */
function reportOf({who, frames, lines}: Stack, inModule = false): KernelReport {
  const at = frames[0]?.function;
  const where = inModule ? 'in a module, called by' : 'in';
  const title = `${who.startsWith('CPU') ? 'CPU stuck' : `${who} blocked`}${at === undefined ? '' : ` ${where} ${at}`}`;
  return {
    type: who.startsWith('CPU') ? 'cpu-stuck' : 'task-blocked',
    kind: 'hang',
    title,
    ...(at !== undefined && {function: at}),
    trace: frames.map((frame) => frame.function),
    frames,
    line: (lines[0] ?? '').trim(),
    excerpt: lines.join('\n'),
  };
}

/** A CPU's stack, with the functions that its addresses lie in. */
interface NamedStack extends CpuStack {
  readonly functions: readonly (NamedAddress | undefined)[];
}

async function nameStacks(stacks: readonly CpuStack[], {kernel}: Built): Promise<readonly NamedStack[]> {
  const all = stacks.flatMap(({addresses}) => addresses);
  const names = await functionsAt(kernel.vmlinux, kernel.arch, all);
  let begin = 0;
  return stacks.map((stack) => {
    const functions = names.slice(begin, begin + stack.addresses.length);
    begin += stack.addresses.length;
    return {...stack, functions};
  });
}

function lineOf(address: bigint, name: NamedAddress | undefined): string {
  const where = name === undefined ? '' : ` ${name.symbol}+${hex(name.offset)}/${hex(name.size)}`;
  return `  ${hex(address)}${where}`;
}

function describeStacks(stacks: readonly NamedStack[]): string {
  const parts = stacks.map(({cpu, halted, addresses, functions}) =>
    [
      `CPU ${cpu}${halted ? ' (halted)' : ''}`,
      ...addresses.map((address, index) => lineOf(address, functions[index])),
    ].join('\n'),
  );
  return `${parts.join('\n')}\n`;
}

/** What a CPU is at, without how it came into the kernel; nothing for one that idles. */
function stackOf({cpu, addresses, functions}: NamedStack): Stack {
  const lines = [`CPU ${cpu}`, ...addresses.map((address, index) => lineOf(address, functions[index]))];
  const frames = functions.flatMap((name, index): readonly Frame[] => {
    if (name === undefined) return [];
    const {symbol, offset, size} = name;
    const plain = symbol.replace(/\.(isra|constprop|part|cold|llvm)\b.*$/, '');
    return [{function: plain, symbol, offset, size, exact: index === 0}];
  });
  // A CPU may be halted elsewhere than in the idle loop: then nobody wakes it.
  const idle = frames.some(({function: name}) => isIdle(name));
  const first = frames.findIndex(({function: name}) => !isReporting(name, true) && !isEntry(name));
  return {who: `CPU ${cpu}`, frames: idle || first === -1 ? [] : frames.slice(first), lines};
}

/** An NMI that nobody expects makes the kernel panic, as the guest's init has asked it to: with a trace. */
async function reportOfNmi(guest: Guest): Promise<KernelReport | undefined> {
  await guest.qmp.execute('inject-nmi').catch(() => undefined);
  const end = performance.now() + panicLimit;
  let log = '';
  while (performance.now() < end && !log.includes('end Kernel panic')) {
    await pause(50);
    log = await consoleOf(guest);
  }
  const panic = kernelReports(log).find(({kind, frames}) => kind === 'panic' && frames.length > 0);
  if (panic === undefined) return undefined;
  const lines = escapeControls(panic.excerpt).split('\n');
  return reportOf({who: 'CPU', frames: panic.frames, lines});
}
