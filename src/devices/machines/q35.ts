// SPDX-License-Identifier: MIT
import {addressProblems, generic, machineType} from './machine.ts';

export const q35 = machineType({
  platform: {
    ...generic,
    machine: 'q35',
    architecture: 'x86_64',
    // QEMU, hw/pci-host/q35.c (mch).
    hostBridge: {vendor: 0x8086, device: 0x29c0},
    serial: {console: 'ttyS0', port: 'ttyS1', before: 0},
    // On a host that is busy the emulated timer misses its few chances to be seen, and Linux panics.
    kernelWords: ['no_timer_check'],
    memoryRegion: 'pc.ram',
    splitBars: false,
  },
  defaults: {cpu: 'Nehalem', memory: 512 * 2 ** 20},
  firmware: 'SeaBIOS',
  editorRules: {inbound: false, 'bus-base': false, 'cpu-base': false},
  // By ACPI, q35 would hide the slots' own hot-plug from the guest.
  hotplugArguments: ['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off'],
  problems: (keys) => addressProblems('q35', keys),
  // KVM would take the host's vendor for a model of the other one.
  settings: ({'cpu-vendor': vendor}, cpu) => ({
    cpuVendor: vendor ?? (cpu.startsWith('EPYC') ? 'AuthenticAMD' : 'GenuineIntel'),
  }),
  // Without RDRAND the guest's ssh waits a second for entropy.
  arguments: ({cpu, cpuVendor}) => ['-machine', 'q35', '-cpu', `${cpu},vendor=${cpuVendor ?? ''},+rdrand`],
});
