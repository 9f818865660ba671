// SPDX-License-Identifier: MIT
import {controlNames} from '../topology/control.ts';
import type {Acceleration} from './acceleration.ts';
import type {QemuBinary} from './qemu-binary.ts';
import type {SshTarget} from './ssh.ts';

/** What is booted, and where its files go. */
export interface BootPlan {
  readonly qemu: QemuBinary;
  readonly acceleration: Acceleration;
  /** The machine and the tested tree, as topology/ compiles them. */
  readonly machine: readonly string[];
  readonly kernel: string;
  readonly initrd: string;
  /** Words for the kernel beyond the lab's own. */
  readonly commandLine: readonly string[];
  readonly ssh: Omit<SshTarget, 'port'>;
  /** An existing folder: console.log and trace.log are written there. */
  readonly folder: string;
}

/** The kernel's command line for a plan: the lab's words, then the plan's. */
export function kernelCommandLine(words: readonly string[]): string {
  return [
    `console=${controlNames.console}`,
    `p2plab.port=${controlNames.port}`,
    'oops=panic',
    'panic=0',
    // On a host that is busy the emulated timer misses its few chances to be seen, and Linux panics.
    'no_timer_check',
    ...words,
  ].join(' ');
}

/** All of QEMU's arguments for a plan, but the lab's channels. */
export function bootArguments(
  plan: Pick<BootPlan, 'acceleration' | 'machine' | 'kernel' | 'initrd' | 'commandLine'>,
): readonly string[] {
  return [
    ...['-accel', plan.acceleration.name],
    ...plan.machine,
    ...['-kernel', plan.kernel, '-initrd', plan.initrd, '-append', kernelCommandLine(plan.commandLine)],
  ];
}
