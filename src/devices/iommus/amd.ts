// SPDX-License-Identifier: MIT
import {option} from '../qemu-option.ts';
import {iommuType} from './iommu-type.ts';

/** QEMU, hw/i386/amd_iommu.c. It makes its own PCI function, which takes the first free slot. */
export const amd = iommuType({
  name: 'amd',
  title: 'AMD-Vi',
  machine: 'q35',
  drivers: ['amd-iommu'],
  machineProperties: {},
  // hw/i386/amd_iommu.c, amdvi_pci_class_init.
  identity: {vendor: 0x1022, device: 0x1419},
  slot: 'first-free',
  // Before, it took every device behind a port for 00:00.0: it asked for bus numbers before the firmware had given
  // any (hw/i386/amd_iommu.c, amdvi_host_dma_iommu). lab/qemu/routed corrects that, too.
  behindPortsSince: {major: 10, minor: 2},
  // QEMU's trace does not say how long a translated page is: with this all have 4 KiB.
  kernelArguments: ['amd_iommu=nohugepages'],
  refused: {
    // hw/i386/amd_iommu.h, AMDVI_CAPAB_FLAG_NPCACHE: drivers/iommu/amd/init.c makes strict of it.
    lazy: {
      message: "Linux is never lazy with QEMU's amd-iommu, which says that it caches",
      hint: 'take strict',
    },
  },
  groupsLate: false,
  traceEvents: ['amdvi_translation_result'],
  // Whatever the command line says: drivers/iommu/amd/init.c, detect_ivrs.
  requestsAcs: () => true,
  // Linux here does not remap interrupts. With pt=on, QEMU 10's translates nothing, whatever the guest tells it.
  arguments: ({id}) => option('-device', 'amd-iommu', {id, intremap: 'off', pt: 'off'}),
});
