// SPDX-License-Identifier: MIT
import {switchAcs} from './acs-keys.ts';
import {bridgeType} from './device-type.ts';

/** QEMU, hw/pci-bridge/xio3130_upstream.c and xio3130_downstream.c. */
export const pcieSwitch = bridgeType({
  name: 'switch',
  description:
    'PCIe switch: an upstream port, and a downstream port for each device on it. Switches cascade.',
  keys: {acs: switchAcs},
  essential: true,
  attachment: 'ports',
  isRootPort: false,
  functions: {
    'upstream-port': {identity: {vendor: 0x104c, device: 0x8232}, driver: 'x3130-upstream'},
    'downstream-port': {identity: {vendor: 0x104c, device: 0x8233}, driver: 'xio3130-downstream'},
  },
});
