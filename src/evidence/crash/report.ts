// SPDX-License-Identifier: MIT
import type {ReportKind} from '../../spec/report-kind.ts';
import type {CrashType} from './patterns.ts';

/** A place in the kernel's code, as a trace names it: `function+0x10/0x80 [module]`. */
export interface Frame {
  /** Without what a compiler adds to a name that it splits: `.isra.0`. */
  readonly function: string;
  /** As the symbol table has it. */
  readonly symbol: string;
  readonly offset: number;
  /** How long the function is: it tells apart two of one name. */
  readonly size: number;
  readonly module?: string;
  /** Whether it is where a CPU was, and not where it was to return to. */
  readonly exact: boolean;
}

/** Something that a kernel says of itself when it is not well. */
export interface KernelReport {
  readonly type: CrashType;
  readonly kind: ReportKind;
  /** What is wrong and where, without what differs from boot to boot: `KASAN: slab-use-after-free in f`. */
  readonly title: string;
  /** The function that is to be looked at: the first that is not of what reports. */
  readonly function?: string;
  /** The names of the functions from there on outwards, at most 12. */
  readonly trace: readonly string[];
  /** The same as the log has them. */
  readonly frames: readonly Frame[];
  /** `file:line` where the kernel itself says it. */
  readonly place?: string;
  /** The report's first line, without its time stamp. */
  readonly line: string;
  /** That line, a warning's message before it, and what follows it: at most 40 lines. */
  readonly excerpt: string;
}
