// SPDX-License-Identifier: MIT
import {hex} from '../base/hex.ts';
import type {Qmp} from './qmp.ts';

/** Where a CPU of a guest is, as QEMU shows it: a guest that does not answer any more can still be asked so. */
export interface CpuStack {
  readonly cpu: number;
  /** The address that it executes, then those that its frames return to, innermost first. */
  readonly addresses: readonly bigint[];
  /** Whether it has halted until an interrupt comes. */
  readonly halted: boolean;
}

/** So many frames are followed. */
const deepest = 32;

/** Milliseconds for an answer: QEMU itself may be what hangs. */
const limit = 3000;

const kernelSpace = 0xffff000000000000n;

/** The registers that `info registers` prints for x86 and for arm64: QEMU, target/{i386,arm}. */
const programCounter = /\b(?:RIP|PC)=([0-9a-f]{16})\b/;
const framePointer = /\b(?:RBP|X29)=([0-9a-f]{16})\b/;
const halted = /\bHLT=1\b/;

/**
 * Reads where all CPUs of a guest are, without the guest's help. The stacks are followed by frame pointers: of a kernel
 * that is compiled without them only the innermost address is to be relied on.
 */
export async function readCpuStacks(qmp: Pick<Qmp, 'execute'>): Promise<readonly CpuStack[]> {
  const text = String(await monitor(qmp, 'info registers -a'));
  const stacks: CpuStack[] = [];
  for (const {cpu, registers} of splitByCpu(text)) {
    const at = programCounter.exec(registers)?.[1];
    if (at === undefined) continue;
    const begin = framePointer.exec(registers)?.[1];
    const callers = begin === undefined ? [] : await followFrames(qmp, cpu, BigInt(`0x${begin}`));
    stacks.push({cpu, addresses: [BigInt(`0x${at}`), ...callers], halted: halted.test(registers)});
  }
  return stacks;
}

/** `CPU#0` stands before the registers of each. */
function splitByCpu(text: string): readonly {readonly cpu: number; readonly registers: string}[] {
  const [, ...parts] = text.split(/^CPU#(?=\d{1,4}\s*$)/m);
  return parts.map((part) => ({cpu: Number.parseInt(part, 10), registers: part}));
}

/** On both architectures a frame begins with the caller's frame pointer, and the return address follows it. */
async function followFrames(
  qmp: Pick<Qmp, 'execute'>,
  cpu: number,
  begin: bigint,
): Promise<readonly bigint[]> {
  const addresses: bigint[] = [];
  let frame = begin;
  while (addresses.length < deepest && frame >= kernelSpace && frame % 8n === 0n) {
    const text = String(await monitor(qmp, `x /2gx ${hex(frame)}`, cpu));
    const [next, address] = [...text.matchAll(/ 0x([0-9a-f]{16})\b/g)].map(([, word = '']) =>
      BigInt(`0x${word}`),
    );
    if (next === undefined || address === undefined || address < kernelSpace) break;
    addresses.push(address);
    // A stack grows down: a caller's frame lies above.
    if (next <= frame) break;
    frame = next;
  }
  return addresses;
}

function monitor(qmp: Pick<Qmp, 'execute'>, line: string, cpu?: number): Promise<unknown> {
  const args = {'command-line': line, ...(cpu !== undefined && {'cpu-index': cpu})};
  return qmp.execute('human-monitor-command', args, limit);
}
