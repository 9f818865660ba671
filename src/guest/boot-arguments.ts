// SPDX-License-Identifier: MIT
import type {Platform} from '../topology/platform.ts';
import type {Acceleration} from './acceleration.ts';
import type {QemuBinary} from './qemu-binary.ts';
import type {SshTarget} from './ssh.ts';

/** What is booted, and where its files go. */
export interface BootPlan {
  readonly qemu: QemuBinary;
  readonly acceleration: Acceleration;
  readonly platform: Platform;
  /** The machine and the tested tree, as topology/ compiles them. */
  readonly machine: readonly string[];
  readonly kernel: string;
  readonly initrd: string;
  /** The compiled device tree, where the machine does not make its own. */
  readonly deviceTree?: string;
  /** Words for the kernel beyond the lab's own. */
  readonly commandLine: readonly string[];
  readonly ssh: Omit<SshTarget, 'port'>;
  /** The socket at which a debugger is waited for before anything runs; nothing is then too slow. */
  readonly debugger?: string;
  /** An existing folder: console.log and trace.log are written there. */
  readonly folder: string;
}

/** The kernel's command line for a plan: the lab's words, then the plan's. */
function kernelCommandLine({serial, kernelWords}: Platform, words: readonly string[]): string {
  return [
    `console=${serial.console}`,
    `p2plab.port=${serial.port}`,
    'oops=panic',
    'panic=0',
    ...kernelWords,
    ...words,
  ].join(' ');
}

/**
 * With `shift=0` each instruction is a nanosecond of the guest's clocks. While the guest idles they go on as time
 * does (`sleep=on`): else minutes of it would pass before the host had answered.
 */
const accelerations: Readonly<Record<Acceleration['name'], readonly string[]>> = {
  kvm: ['-accel', 'kvm'],
  tcg: ['-accel', 'tcg'],
  'tcg-icount': ['-accel', 'tcg', '-icount', 'shift=0,sleep=on'],
};

/** All of QEMU's arguments for a plan, but the lab's channels. */
export function bootArguments(
  plan: Pick<
    BootPlan,
    'acceleration' | 'platform' | 'machine' | 'kernel' | 'initrd' | 'deviceTree' | 'commandLine' | 'debugger'
  >,
): readonly string[] {
  return [
    ...accelerations[plan.acceleration.name],
    ...plan.machine,
    ...['-kernel', plan.kernel, '-initrd', plan.initrd],
    ...(plan.deviceTree === undefined ? [] : ['-dtb', plan.deviceTree]),
    ...(plan.debugger === undefined
      ? []
      : ['-S', '-gdb', `unix:path=${plan.debugger.replaceAll(',', ',,')},server=on,wait=off`]),
    ...['-append', kernelCommandLine(plan.platform, plan.commandLine)],
  ];
}
