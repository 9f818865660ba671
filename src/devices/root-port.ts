// SPDX-License-Identifier: MIT
import {portAcs} from './acs-keys.ts';
import {bridgeType} from './device-type.ts';

/** QEMU, hw/pci-bridge/gen_pcie_root_port.c. */
export const rootPort = bridgeType({
  name: 'root-port',
  description: 'PCIe root port (QEMU pcie-root-port).',
  keys: {acs: portAcs},
  essential: true,
  attachment: 'slot',
  isRootPort: true,
  functions: {'root-port': {identity: {vendor: 0x1b36, device: 0x000c}, driver: 'pcie-root-port'}},
});
