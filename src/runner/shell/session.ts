// SPDX-License-Identifier: MIT
import type {Context, Progress} from '../../base/context.ts';
import {renderFinding} from '../../verdict/render.ts';
import {HostError} from '../../base/errors.ts';
import type {KernelRecipe} from '../../build/kernel.ts';
import type {BootPlan} from '../../guest/boot-arguments.ts';
import {shellWords} from '../../guest/shell-words.ts';
import {bootGuest, type Guest, GuestError} from '../../guest/guest.ts';
import {bootPlan, runFiles} from '../../scenario/boot-plan.ts';
import {writeDeviceTree} from '../../scenario/write-device-tree.ts';
import {Disks} from '../../scenario/disks.ts';
import {loadKernelModules} from '../../scenario/kernel-modules.ts';
import {type Machine, prepareMachine} from '../../scenario/machine.ts';
import {traitsOf} from '../../scenario/plan-scenario.ts';
import {followConsole, lastLines} from './follow-console.ts';
import {withDirectory} from './directory.ts';
import {runCommands, runInteractive, type Terminal} from './remote.ts';
import type {Scene} from './shell-scene.ts';
import {banner} from './banner.ts';

export interface ShellRequest {
  readonly scene: Scene;
  readonly kernel: KernelRecipe;
  readonly modules: Readonly<Record<string, string>>;
  readonly qemu: string | undefined;
  readonly console: boolean;
  /** Whether to wait for a debugger before the kernel begins. */
  readonly gdb: boolean;
  readonly progress: ShellProgress;
  readonly terminal: Terminal;
}

/** Shows how far the guest is until its shell begins. */
export interface ShellProgress {
  readonly show: (progress: Progress) => void;
  readonly end: () => void;
  readonly close: () => void;
}

/**
 * Boots the scene's guest and gives the user a shell in it; nothing of it is left afterwards.
 * @returns the shell's exit code; 1 when the guest's kernel crashed
 */
export async function runShell(request: ShellRequest, context: Context): Promise<number> {
  const {architecture} = request.scene.topology.platform;
  const {kernel, modules, qemu} = request;
  const machine = await prepareMachine({...kernel, arch: architecture}, qemu, context, {modules});
  request.progress.end();
  return withDirectory((folder) => inFolder(folder, machine, request, context));
}

async function inFolder(
  folder: string,
  machine: Machine,
  request: ShellRequest,
  context: Context,
): Promise<number> {
  const {heads} = request.scene;
  const topology = request.scene.topologyFor(traitsOf(machine));
  const files = runFiles(folder, topology);
  const disks = new Disks(topology, `${folder}/disks`, heads);
  await Promise.all([disks.create(), writeDeviceTree(topology, machine.kernel, folder)]);
  const booted = bootPlan({plan: {topology}, machine, files, disks});
  const plan = request.gdb ? forDebugger(booted, folder, machine, request.terminal) : booted;
  if (request.gdb) request.progress.close();
  const stopFollowing = request.console
    ? followConsole(`${folder}/console.log`, request.terminal.stdout)
    : undefined;
  if (!request.console && !request.gdb) request.progress.show({topic: topology.name, text: 'booting'});
  try {
    const guest = await bootGuest(plan, context);
    try {
      const [wrong] = await loadKernelModules(machine.kernel.modules, topology, guest);
      if (wrong !== undefined) throw new HostError(renderFinding(wrong));
      return await use(guest, folder, machine, request);
    } finally {
      await guest.close();
    }
  } catch (error) {
    if (!(error instanceof GuestError)) throw error;
    request.progress.close();
    return ended(error, request.terminal, request.console ? '' : await lastLines(`${folder}/console.log`));
  } finally {
    await stopFollowing?.();
  }
}

/** The same guest, held until a debugger lets it go; says what to type for that. */
function forDebugger(plan: BootPlan, folder: string, {kernel}: Machine, {stdout}: Terminal): BootPlan {
  const socket = `${folder}/gdb.sock`;
  const words = ['gdb', kernel.vmlinux, '-ex', `target remote ${socket}`];
  stdout.write(
    [
      'The guest waits for a debugger. In another terminal:',
      '',
      `  ${shellWords(words)}`,
      '',
      'Breakpoints of the kernel’s own take "hbreak" until it has mapped itself; "continue" begins.',
      '',
    ].join('\n'),
  );
  // Symbols are where the kernel was linked to.
  return {...plan, debugger: socket, commandLine: [...plan.commandLine, 'nokaslr']};
}

/** The guest is no more: because it was told to, or because its kernel crashed. */
function ended({failure}: GuestError, {stderr}: Terminal, console: string): number {
  const wanted = failure.kind === 'exit';
  stderr.write(
    `\n${wanted ? '' : `${console}\n`}p2plab: ${failure.kind === 'exit' ? '' : `${failure.kind}: `}${failure.reason}\n`,
  );
  return wanted ? 0 : 1;
}

async function use(guest: Guest, folder: string, machine: Machine, request: ShellRequest): Promise<number> {
  const {scene, progress, terminal} = request;
  if (request.console) return guest.guard(new Promise<never>(() => undefined));
  progress.close();
  if (!terminal.stdin.isTTY || !terminal.stdout.isTTY) {
    return guest.guard(runCommands(guest, terminal));
  }
  terminal.stdout.write(`${banner(scene, folder, machine, await guest.admit(folder))}\n`);
  return runInteractive(guest, terminal);
}
