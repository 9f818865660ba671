// SPDX-License-Identifier: MIT
import type {IommuSpec} from '../spec/topology.ts';
import type {Identity} from './identity.ts';
import {labSlots} from './platform.ts';

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
  switch (iommu.type) {
    case 'intel':
    case 'smmuv3':
      return iommu;
    case 'virtio':
      return {...iommu, slot: labSlots.iommu};
    case 'amd': {
      // hw/i386/amd_iommu.c makes its own function, which takes the first place that it finds.
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
 * Whether Linux switches ACS on for this IOMMU (pci_request_acs). For an Intel one if it is to be used
 * (drivers/iommu/intel/dmar.c, detect_intel_iommu); for the others as soon as their ACPI table is there, the
 * command line notwithstanding (drivers/iommu/amd/init.c, detect_ivrs; drivers/acpi/viot.c). By a device tree
 * it came too late for the tree that is there at boot (drivers/iommu/of_iommu.c, of_iommu_configure).
 * @param early whether by a device tree it comes in time
 */
export function asksForAcs(iommu: IommuSpec | undefined, early: boolean): boolean {
  if (iommu === undefined) return false;
  if (iommu.type === 'smmuv3') return early;
  return !(iommu.type === 'intel' && iommu.mode === 'off');
}

/** The ids of the PCI function that an IOMMU itself is; VT-d is none. */
export function iommuIdentity({type}: IommuSpec): Identity | undefined {
  switch (type) {
    case 'intel':
    case 'smmuv3':
      return undefined;
    case 'amd':
      // hw/i386/amd_iommu.c, amdvi_pci_class_init.
      return {vendor: 0x1022, device: 0x1419};
    case 'virtio':
      // VIRTIO_ID_IOMMU is 23: 0x1040 and that.
      return {vendor: 0x1af4, device: 0x1057};
  }
}

/** The words by which Linux is told what to make of an IOMMU. */
export function iommuWords(iommu: IommuSpec | undefined): readonly string[] {
  if (iommu === undefined) return [];
  const {type, mode} = iommu;
  if (mode === 'off') return [`${type}_iommu=off`];
  return [...driverWords[type], ...modeWords[mode]];
}

const driverWords: Readonly<Record<IommuSpec['type'], readonly string[]>> = {
  intel: ['intel_iommu=on'],
  // QEMU's trace does not say how long a translated page is: with this all have 4 KiB.
  amd: ['amd_iommu=nohugepages'],
  virtio: [],
  smmuv3: [],
};

const modeWords: Readonly<Record<Exclude<IommuSpec['mode'], 'off'>, readonly string[]>> = {
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
