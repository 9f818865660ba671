// SPDX-License-Identifier: MIT
import {endpointType} from './device-type.ts';
import {nicArguments, nicDetails} from './nic.ts';

/** QEMU, hw/net/e1000e.c. */
export const e1000e = endpointType({
  name: 'e1000e',
  description: 'Intel 82574L NIC: an initiator.',
  keys: {},
  identity: {vendor: 0x8086, device: 0x10d3},
  boundAtBoot: true,
  maskBits: 64,
  traceEvents: ['e1000e_tx_descr'],
  registers: 'e1000e-mmio',
  nic: {evidence: 'descriptors', headerBytes: 0},
  details: nicDetails,
  initiates: () => true,
  text: () => '',
  allDrivers: ['e1000e'],
  drivers: () => ['e1000e'],
  arguments: (device, place, files) => nicArguments('e1000e', device, place, files),
});
