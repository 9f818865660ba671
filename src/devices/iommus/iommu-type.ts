// SPDX-License-Identifier: MIT
import type {Identity} from '../pci-identity.ts';
import type {MachineName} from '../machines/registry.ts';
import type {Properties, QemuVersion} from '../qemu-option.ts';

/**
 * What Linux makes of the IOMMU: it leaves it alone (`off`), has it pass every address as it is, or has it
 * translate and forget a mapping at once (`strict`) or some time later (`lazy`).
 */
export const iommuModes = ['off', 'passthrough', 'strict', 'lazy'] as const;

export type IommuMode = (typeof iommuModes)[number];

/** An IOMMU that QEMU models. */
export interface IommuType<Name extends string = string> {
  readonly name: Name;
  /** What it is called elsewhere: `VT-d`. */
  readonly title?: string;
  /** The machine that can have it. */
  readonly machine: MachineName;
  /** QEMU's names of the devices that it is made of; none if it is a part of the machine. */
  readonly drivers: readonly string[];
  /** What it adds to the machine's own argument. */
  readonly machineProperties: Properties;
  /** The ids of the PCI function that it is, if it is one. */
  readonly identity?: Identity;
  /** The device number of that function on the root complex: the lab's own for it, or the first free one. */
  readonly slot?: 'reserved' | 'first-free';
  /** The first QEMU that translates behind a port, if that is newer than the oldest supported one (7.2). */
  readonly behindPortsSince?: QemuVersion;
  /** The kernel arguments that it takes in any mode but `off`. */
  readonly kernelArguments: readonly string[];
  /** Modes that Linux does not have for it. */
  readonly refused: Readonly<Partial<Record<IommuMode, {readonly message: string; readonly hint: string}>>>;
  /** Whether its driver comes after the bus is scanned, so that a device without a driver is in no group. */
  readonly groupsLate: boolean;
  /** Events that QEMU traces of it. */
  readonly traceEvents: readonly string[];
  /**
   * Whether Linux switches ACS on for it (pci_request_acs).
   * @param early whether Linux asks in time where a device tree has the IOMMU
   */
  requestsAcs(mode: IommuMode, early: boolean): boolean;
  /** QEMU's arguments. `addr` is there if it is a PCI function in a slot of the lab's. */
  arguments(place: {
    readonly id: string;
    readonly bus: string;
    readonly addr: string | undefined;
  }): readonly string[];
}

/** Checks an IOMMU and keeps its name. */
export function iommuType<const Name extends string>(type: IommuType<Name>): IommuType<Name> {
  return Object.freeze(type);
}
