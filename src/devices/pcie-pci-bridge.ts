// SPDX-License-Identifier: MIT
import {bridgeType} from './device-type.ts';

/** QEMU, hw/pci-bridge/pcie_pci_bridge.c. It has no ACS capability. */
export const pciePciBridge = bridgeType({
  name: 'pcie-pci-bridge',
  description:
    'PCIe-to-PCI bridge: a conventional PCI bus for e1000, edu, bochs-display and ivshmem. It goes with no IOMMU.',
  keys: {},
  attachment: 'bus',
  isRootPort: false,
  functions: {'pci-bridge': {identity: {vendor: 0x1b36, device: 0x000e}, driver: 'pcie-pci-bridge'}},
});
