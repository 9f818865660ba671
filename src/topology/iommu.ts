// SPDX-License-Identifier: MIT
import type {Identity} from '../devices/pci-identity.ts';
import type {IommuMode} from '../devices/iommus/iommu-type.ts';
import {type IommuSpec, iommuTypeOf} from '../devices/iommus/registry.ts';
import {labSlots} from '../devices/lab-slots.ts';

/** The IOMMU of a machine: all devices of a topology are behind it, the lab's own NIC is not. */
export interface Iommu extends IommuSpec {
  /** Its own device number on the root complex, if it is a PCI function. */
  readonly slot?: number;
}

/**
 * Where an IOMMU is on the root complex, as QEMU lets it be.
 * @param free device numbers that no device of the topology has, in order
 * @returns undefined if there is no place for it; its `slot` is undefined if it needs none
 */
export function placeIommu(iommu: IommuSpec, free: readonly number[]): Iommu | undefined {
  switch (iommuTypeOf(iommu.type).slot) {
    case undefined:
      return iommu;
    case 'reserved':
      return {...iommu, slot: labSlots.iommu};
    case 'first-free': {
      const [slot] = free;
      return slot === undefined ? undefined : {...iommu, slot};
    }
  }
}

/** Whether the addresses that devices are given are translated, so that they are IOVAs. */
export function translates(iommu: IommuSpec | undefined): boolean {
  return iommu !== undefined && (iommu.mode === 'strict' || iommu.mode === 'lazy');
}

/**
 * Whether Linux switches ACS on for this IOMMU (pci_request_acs).
 * @param early whether by a device tree it comes in time
 */
export function asksForAcs(iommu: IommuSpec | undefined, early: boolean): boolean {
  return iommu !== undefined && iommuTypeOf(iommu.type).requestsAcs(iommu.mode, early);
}

/** The ids of the PCI function that an IOMMU itself is, if it is one. */
export function iommuIdentity({type}: IommuSpec): Identity | undefined {
  return iommuTypeOf(type).identity;
}

/** The words by which Linux is told what to make of an IOMMU. */
export function iommuWords(iommu: IommuSpec | undefined): readonly string[] {
  if (iommu === undefined) return [];
  const {type, mode} = iommu;
  if (mode === 'off') return [`${type}_iommu=off`];
  return [...iommuTypeOf(type).kernelArguments, ...modeWords[mode]];
}

const modeWords: Readonly<Record<Exclude<IommuMode, 'off'>, readonly string[]>> = {
  passthrough: ['iommu.passthrough=1'],
  strict: ['iommu.passthrough=0', 'iommu.strict=1'],
  lazy: ['iommu.passthrough=0', 'iommu.strict=0'],
};

/** As /sys/kernel/iommu_groups/N/type says it of a device's group; undefined if it has none. */
export function groupType(iommu: IommuSpec | undefined): string | undefined {
  if (iommu === undefined) return undefined;
  switch (iommu.mode) {
    case 'off':
      return undefined;
    case 'passthrough':
      return 'identity';
    case 'strict':
      return 'DMA';
    case 'lazy':
      return 'DMA-FQ';
  }
}
