// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import {powerOfTwo} from '../base/size.ts';
import {endpointType} from './device-type.ts';
import {fileOf, option} from './qemu-option.ts';

interface SharedMemory {
  readonly size: number;
}

/** QEMU, hw/misc/ivshmem-pci.c (ivshmem-plain). */
export const ivshmem = endpointType({
  name: 'ivshmem',
  description: 'Shared memory in a BAR: a provider.',
  keys: {size: powerOfTwo(2 ** 20).describe('Size of the shared memory (BAR 2).')},
  identity: {vendor: 0x1af4, device: 0x1110},
  isConventional: true,
  boundAtBoot: false,
  traceEvents: [],
  provider: {
    kind: 'shared memory',
    bar: 2,
    wide: true,
    registeredAtBoot: false,
    size: ({size}: SharedMemory) => size,
    isRegistered: () => true,
    isStockSize: () => true,
    usable: (size) => size,
  },
  isShared: true,
  details: ({size}): SharedMemory => ({size}),
  initiates: () => false,
  text: ({size}) => `, ${formatBytes(size)}`,
  allDrivers: ['ivshmem-plain'],
  drivers: () => ['ivshmem-plain'],
  arguments: ({id, size}, place, {shared}) => [
    ...option('-object', 'memory-backend-file', {
      id: `${id}.memory`,
      share: 'on',
      'mem-path': fileOf(shared, id, 'shared memory'),
      size,
    }),
    ...option('-device', 'ivshmem-plain', {...place, memdev: `${id}.memory`}),
  ],
});
