// SPDX-License-Identifier: MIT
import {option} from '../qemu-option.ts';
import {iommuType} from './iommu-type.ts';

/** QEMU, hw/virtio/virtio-iommu.c. */
export const virtio = iommuType({
  name: 'virtio',
  machine: 'q35',
  drivers: ['virtio-iommu-pci'],
  machineProperties: {},
  // VIRTIO_ID_IOMMU is 23: 0x1040 and that.
  identity: {vendor: 0x1af4, device: 0x1057},
  slot: 'reserved',
  kernelArguments: [],
  refused: {
    // The kernel has no word that keeps drivers/iommu/virtio-iommu.c away.
    off: {
      message: 'Linux never leaves a virtio-iommu alone',
      hint: 'take passthrough, or drop "iommu"',
    },
  },
  groupsLate: true,
  traceEvents: ['virtio_iommu_translate_out', 'virtio_iommu_report_fault'],
  // As soon as its ACPI table is there: drivers/acpi/viot.c.
  requestsAcs: () => true,
  arguments: (place) => option('-device', 'virtio-iommu-pci', place),
});
