// SPDX-License-Identifier: MIT
import {endpointType} from './device-type.ts';
import {nicArguments, nicDetails} from './nic.ts';

/** QEMU, hw/net/e1000.c. Its driver finds no PCI-X bus and leaves the DMA mask alone (e1000_main.c, e1000_probe). */
export const e1000 = endpointType({
  name: 'e1000',
  description: 'Intel 82540EM NIC: an initiator.',
  keys: {},
  identity: {vendor: 0x8086, device: 0x100e},
  isConventional: true,
  boundAtBoot: true,
  traceEvents: [],
  registers: 'e1000-mmio',
  nic: {evidence: 'ring', headerBytes: 0},
  details: nicDetails,
  initiates: () => true,
  text: () => '',
  allDrivers: ['e1000'],
  drivers: () => ['e1000'],
  arguments: (device, place, files) => nicArguments('e1000', device, place, files),
});
