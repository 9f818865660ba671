// SPDX-License-Identifier: MIT
import {endpointType} from './device-type.ts';
import {nicArguments, nicDetails} from './nic.ts';

/** QEMU, hw/net/igb.c. igb_core.c traces its descriptors by the event of the e1000e. */
export const igb = endpointType({
  name: 'igb',
  description: 'Intel 82576 NIC: an initiator. It takes QEMU 8 or newer.',
  keys: {},
  identity: {vendor: 0x8086, device: 0x10c9},
  since: {major: 8, minor: 0},
  boundAtBoot: true,
  maskBits: 64,
  traceEvents: [],
  registers: 'igb-mmio',
  nic: {evidence: 'descriptors', headerBytes: 0},
  // hw/net/igb.c and hw/pci/pcie_sriov.c.
  virtualFunctions: {offset: 0x80, stride: 2, count: 8},
  details: nicDetails,
  initiates: () => true,
  text: () => '',
  allDrivers: ['igb'],
  drivers: () => ['igb'],
  arguments: (device, place, files) => nicArguments('igb', device, place, files),
});
