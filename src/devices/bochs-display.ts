// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import {powerOfTwo} from '../base/size.ts';
import {endpointType} from './device-type.ts';
import {option} from './qemu-option.ts';

interface Display {
  readonly vram: number;
}

const mebibyte = 2 ** 20;

/** QEMU, hw/display/bochs-display.c. The lab's module bochs_p2pmem registers its memory. */
export const bochsDisplay = endpointType({
  name: 'bochs-display',
  description: 'Display adapter whose video memory is a provider.',
  keys: {
    vram: powerOfTwo(4 * mebibyte)
      .default(16 * mebibyte)
      .describe('Size of the video memory.'),
  },
  identity: {vendor: 0x1234, device: 0x1111},
  isConventional: true,
  boundAtBoot: false,
  traceEvents: [],
  display: {memory: ({vram}: Display) => vram},
  provider: {
    kind: 'VRAM',
    bar: 0,
    wide: false,
    module: 'bochs_p2pmem',
    registeredAtBoot: false,
    size: ({vram}: Display) => vram,
    isRegistered: () => true,
    isStockSize: () => true,
    usable: (size) => size,
  },
  details: ({vram}): Display => ({vram}),
  initiates: () => false,
  text: ({vram}) => `, VRAM ${formatBytes(vram)}`,
  allDrivers: ['bochs-display'],
  drivers: () => ['bochs-display'],
  arguments: ({vram}, place) => option('-device', 'bochs-display', {...place, vgamem: vram, romfile: ''}),
});
