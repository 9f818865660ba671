// SPDX-License-Identifier: MIT
import {iommuType} from './iommu-type.ts';

/** QEMU, hw/arm/smmuv3.c: a part of the machine. */
export const smmuv3 = iommuType({
  name: 'smmuv3',
  machine: 'virt',
  drivers: [],
  machineProperties: {iommu: 'smmuv3'},
  kernelArguments: [],
  refused: {
    // The kernel has no word that keeps arm-smmu-v3.c away.
    off: {
      message: 'Linux never leaves an SMMUv3 alone',
      hint: 'take passthrough, or drop "iommu"',
    },
  },
  groupsLate: true,
  traceEvents: [
    'smmuv3_translate_success',
    'smmuv3_translate_abort',
    'smmu_iotlb_lookup_miss',
    'smmuv3_record_event',
  ],
  // By a device tree it may come too late for the tree that is there at boot (drivers/iommu/of_iommu.c, of_iommu_configure).
  requestsAcs: (_mode, early) => early,
  arguments: () => [],
});
