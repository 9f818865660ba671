// SPDX-License-Identifier: MIT
import {option} from '../qemu-option.ts';
import {addressProblems, generic, machineType, vendorProblems} from './machine.ts';

/** QEMU, hw/arm/virt.c (base_memmap). */
export const virt = machineType({
  platform: {
    ...generic,
    machine: 'virt',
    architecture: 'aarch64',
    // QEMU, hw/pci-host/gpex.c (gpex-root).
    hostBridge: {vendor: 0x1b36, device: 0x0008},
    serial: {console: 'ttyAMA0', port: 'ttyAMA1', before: 0},
    memoryRegion: 'mach-virt.ram',
    splitBars: true,
  },
  // A CPU with FEAT_RNG: else the guest's ssh waits for entropy.
  defaults: {cpu: 'neoverse-n2', memory: 512 * 2 ** 20},
  since: {major: 8, minor: 2},
  editorRules: {'cpu-vendor': false, inbound: false, 'bus-base': false, 'cpu-base': false},
  hotplugArguments: [],
  problems: (keys) => [...vendorProblems('virt', keys), ...addressProblems('virt', keys)],
  settings: () => ({}),
  // With the newest interrupt controller there are message-signalled interrupts for as many as there are.
  arguments: ({cpu, properties}) => [
    ...option('-machine', 'virt', {'gic-version': 3, ...properties}),
    '-cpu',
    cpu,
  ],
});
