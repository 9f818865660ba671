// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {endpointType} from './device-type.ts';
import {option} from './qemu-option.ts';

interface Edu {
  /** The width of its addresses. */
  readonly dmaBits: number;
}

/** An edu as it is declared or as it is planned. */
type Width = {readonly 'dma-bits': number} | Edu;

/** QEMU, hw/misc/edu.c. Its driver is images/modules/p2plab/edu.c. */
export const edu = endpointType({
  name: 'edu',
  description: "QEMU's educational device: an initiator for each call of the DMA API.",
  keys: {
    'dma-bits': z
      .int()
      .min(12)
      .max(64)
      .default(64)
      .describe('Width of DMA addresses in bits. The device ignores the bits above.'),
  },
  identity: {vendor: 0x1234, device: 0x11e8},
  isConventional: true,
  boundAtBoot: false,
  traceEvents: [],
  registers: 'edu-mmio',
  dmaEngine: {
    driver: 'p2plab_edu',
    addressBits: (width: Width) => ('dmaBits' in width ? width.dmaBits : width['dma-bits']),
  },
  details: ({'dma-bits': dmaBits}): Edu => ({dmaBits}),
  initiates: () => true,
  text: () => '',
  allDrivers: ['edu'],
  drivers: () => ['edu'],
  arguments: ({dmaBits}, place) =>
    option('-device', 'edu', {...place, dma_mask: `0x${addressMask(dmaBits)}`}),
});

/** In hexadecimal: 64 bits are more than a number holds. */
function addressMask(bits: number): string {
  return BigInt.asUintN(bits, -1n).toString(16);
}
