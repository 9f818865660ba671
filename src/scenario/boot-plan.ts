// SPDX-License-Identifier: MIT
import path from 'node:path';
import type {BootPlan} from '../guest/boot-arguments.ts';
import {endpointsOf, type Topology} from '../topology/model.ts';
import {kernelWords} from '../topology/kernel-words.ts';
import {type DeviceFiles, qemuArguments} from '../topology/qemu.ts';
import {deviceTreeName, needsDeviceTree} from './device-tree.ts';
import type {Disks} from './disks.ts';
import {type Machine, sshOf} from './machine.ts';
import {verbOf} from '../steps/registry.ts';
import type {ScenarioSpec} from './scenario-file.ts';
import type {Located} from '../spec/yaml.ts';

/** Where a run's files lie, all below its folder. */
export interface RunFiles {
  readonly folder: string;
  readonly screens: string;
  /** By a NIC's id. */
  readonly pcaps: Readonly<Record<string, string>>;
  /** By an ivshmem device's id. */
  readonly shared: Readonly<Record<string, string>>;
}

/** The names of a run's files. */
export function runFiles(folder: string, topology: Topology): RunFiles {
  const of = (types: readonly string[], name: (id: string) => string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      endpointsOf(topology)
        .filter(({type}) => types.includes(type))
        .map(({id}) => [id, path.join(folder, name(id))]),
    );
  return Object.freeze({
    folder,
    screens: path.join(folder, 'screens'),
    pcaps: of(['e1000', 'e1000e', 'igb'], (id) => `frames-${id}.pcap`),
    shared: of(['ivshmem'], (id) => `memory-${id}`),
  });
}

/** The files behind the devices, for QEMU. */
function deviceFiles(disks: Pick<Disks, 'files'>, {pcaps, shared}: RunFiles): DeviceFiles {
  return {disks: disks.files, pcaps, shared};
}

/** Drives that hold a read while something else is done. */
function disturbedDrives(steps: ScenarioSpec['steps']): readonly string[] {
  return steps.flatMap((step) => verbOf(step).held?.(step.options) ?? []);
}

/** How a run's guest is booted. */
export function bootPlan(run: {
  readonly plan: {readonly topology: Topology; readonly scenario?: Located<ScenarioSpec>};
  readonly machine: Machine;
  readonly files: RunFiles;
  readonly disks: Pick<Disks, 'files'>;
}): BootPlan {
  const {plan, machine, files, disks} = run;
  const {variant, qemu, acceleration, kernel, image} = machine;
  return {
    qemu,
    acceleration,
    platform: plan.topology.platform,
    machine: qemuArguments(plan.topology, {
      qemu: qemu.version,
      files: {...deviceFiles(disks, files), disturbed: disturbedDrives(plan.scenario?.value.steps ?? [])},
    }),
    kernel: kernel.image,
    initrd: image.file,
    ...(needsDeviceTree(plan.topology) && {deviceTree: path.join(files.folder, deviceTreeName)}),
    commandLine: [
      ...kernelWords(plan.topology),
      ...variant.commandLine,
      ...(plan.scenario?.value.kernelArguments ?? []),
    ],
    ssh: sshOf(image),
    folder: files.folder,
  };
}
