// SPDX-License-Identifier: MIT
import type {ArchitectureName} from '../../base/architecture.ts';
import type {Identity} from '../pci-identity.ts';
import {labSlots} from '../lab-slots.ts';
import type {Properties, QemuVersion} from '../qemu-option.ts';

/** What a machine of QEMU is made of, apart from the tested tree. */
export interface Platform<Name extends string = string> {
  readonly machine: Name;
  readonly architecture: ArchitectureName;
  /** QEMU's name of the bus that is below the root complex, or below the machine's own root port. */
  readonly rootBus: string;
  /** The function at 00:00.0 that stands for the host bridge, by which Linux knows it. */
  readonly hostBridge?: Identity;
  /** The one root port, which the machine brings along. Without it there are as many as are declared. */
  readonly ownPort?: Identity;
  /** Device numbers on the root complex that no topology can have. */
  readonly reservedSlots: readonly number[];
  /** The guest's names of its serial lines. */
  readonly serial: {
    readonly console: string;
    readonly port: string;
    /** How many of QEMU's come before these. */
    readonly before: number;
  };
  /** Words for any kernel that is booted on it. */
  readonly kernelWords: readonly string[];
  /** The region that is the machine's memory, by QEMU's names. */
  readonly memoryRegion: string;
  /** The address space in which its devices' requests arrive, by QEMU's names. */
  readonly deviceSpace: string;
  /** Whether BARs of 32 bits lie below the memory, and those of 64 bits above 4 GiB. */
  readonly splitBars: boolean;
  /** Whether the lab's NIC and the device that tells of panics are PCI functions beside the tree. */
  readonly labFunctions: boolean;
}

/** A machine whose PCI Express begins with the root complex, which is all QEMU's. */
export const generic = {
  rootBus: 'pcie.0',
  reservedSlots: Object.values(labSlots),
  kernelWords: [],
  deviceSpace: 'memory',
  labFunctions: true,
} as const;

export type CpuVendor = 'AuthenticAMD' | 'GenuineIntel';

/** Where a machine whose bus has addresses of its own has them. */
export interface BusAddresses {
  /** The first bus address of device memory, and the CPU's address for it. */
  readonly base: number;
  readonly cpu: number;
  /** Where devices address host memory: at its CPU addresses, or at those of the PCI window. */
  readonly inbound: 'identity' | 'aliasing';
}

/** Keys of a topology that not every machine has, as they are declared. Sizes are in bytes. */
export interface MachineKeys {
  readonly cpu?: string | undefined;
  readonly 'cpu-vendor'?: CpuVendor | undefined;
  readonly inbound?: 'identity' | 'aliasing' | undefined;
  readonly 'bus-base'?: number | undefined;
  readonly 'cpu-base'?: number | undefined;
  readonly memory?: number | undefined;
  readonly cpus: number;
}

/** What a key gives that the machine does not have. */
export interface MachineProblem {
  readonly path: keyof MachineKeys;
  readonly message: string;
  readonly hint: string;
}

/** What only some machines have, settled. */
export interface MachineSettings {
  readonly cpuVendor?: CpuVendor;
  readonly bus?: BusAddresses;
}

/** A machine type of QEMU. */
export interface MachineType<Name extends string = string> {
  readonly platform: Platform<Name>;
  /** What it has if a topology does not say so. Memory is in bytes. */
  readonly defaults: {readonly cpu: string; readonly memory: number};
  /** The first QEMU that has it with this CPU, if that is newer than the oldest supported one (7.2). */
  readonly since?: QemuVersion;
  /** The firmware that numbers its buses and places its BARs; undefined if Linux does. */
  readonly firmware?: 'SeaBIOS';
  /** What `problems` reports, as JSON Schema has it: an editor shows it before p2plab runs. */
  readonly editorRules: object;
  /** QEMU's arguments for native hot-plug. */
  readonly hotplugArguments: readonly string[];
  /** Reports keys that the machine does not have. */
  problems(keys: MachineKeys): readonly MachineProblem[];
  settings(keys: MachineKeys, cpu: string): MachineSettings;
  /**
   * QEMU's arguments for machine and CPU.
   * @param machine.properties what an IOMMU adds to the machine
   */
  arguments(machine: {
    readonly cpu: string;
    readonly cpuVendor?: CpuVendor | undefined;
    readonly properties: Properties;
  }): readonly string[];
}

/** Checks a machine type and keeps its name. */
export function machineType<const Name extends string>(type: MachineType<Name>): MachineType<Name> {
  return type;
}

/** Reports keys about bus addresses: on this machine they are physical addresses. */
export function addressProblems(machine: string, keys: MachineKeys): readonly MachineProblem[] {
  return (['inbound', 'bus-base', 'cpu-base'] as const).flatMap((path): readonly MachineProblem[] => {
    if (keys[path] === undefined) return [];
    const message = `bus addresses of ${machine} are physical addresses`;
    return [{path, message, hint: `"${path}" goes with imx8mp-evk`}];
  });
}

/** Reports a vendor: the CPUs of this machine are not made by any of them. */
export function vendorProblems(machine: string, keys: MachineKeys): readonly MachineProblem[] {
  if (keys['cpu-vendor'] === undefined) return [];
  const message = `a CPU of ${machine} has no such vendor`;
  return [{path: 'cpu-vendor', message, hint: 'drop "cpu-vendor"'}];
}
