// SPDX-License-Identifier: MIT
import {type MachineKeys, type MachineProblem, machineType, vendorProblems} from './machine.ts';

const gibibyte = 2 ** 30;

/** QEMU, hw/arm/fsl-imx8mp.c and hw/pci-host/designware.c. */
export const imx8mp = machineType({
  platform: {
    machine: 'imx8mp-evk',
    architecture: 'aarch64',
    rootBus: 'dw-pcie',
    ownPort: {vendor: 0x16c3, device: 0xabcd},
    reservedSlots: [],
    // The board's console is its second UART; Bluetooth's place is the third.
    serial: {console: 'ttymxc1', port: 'ttymxc2', before: 1},
    kernelWords: [
      // Half of the board has no driver here: what would wait for that half is to begin without it.
      ...['fw_devlink=permissive', 'deferred_probe_timeout=0'],
      // QEMU loses the interrupt by which a slot says that it has done as told: Linux would wait a second for it.
      'pciehp.pciehp_poll_mode=1',
    ],
    memoryRegion: 'imx8mp-evk.ram',
    deviceSpace: 'pcie-bus-address-space',
    splitBars: false,
    labFunctions: false,
  },
  defaults: {cpu: 'cortex-a53', memory: gibibyte},
  since: {major: 10, minor: 0},
  editorRules: {'cpu-vendor': false, cpu: false, cpus: {maximum: 4}},
  hotplugArguments: [],
  problems: (keys) => [...vendorProblems('imx8mp-evk', keys), ...boardProblems(keys)],
  settings: ({'bus-base': base, 'cpu-base': cpu, inbound}) => ({
    bus: {base: base ?? 0x1000_0000, cpu: cpu ?? 3 * gibibyte, inbound: inbound ?? 'identity'},
  }),
  arguments: () => ['-machine', 'imx8mp-evk'],
});

function boardProblems(keys: MachineKeys): readonly MachineProblem[] {
  const {cpu, memory = 0, cpus, inbound, 'cpu-base': base = 3 * gibibyte} = keys;
  const problems: MachineProblem[] = [];
  const problem = (path: keyof MachineKeys, message: string, hint: string): void => {
    problems.push({path, message, hint});
  };
  if (cpu !== undefined) problem('cpu', 'the CPU of imx8mp-evk is soldered', 'drop "cpu"');
  if (cpus > 4) problem('cpus', `imx8mp-evk has 4 CPUs, not ${cpus}`, 'take 4 at most');
  if (memory > 2 * gibibyte)
    problem('memory', 'more memory than lies below the devices', 'take 2GiB at most');
  if (inbound === 'aliasing' && base >= 4 * gibibyte) {
    problem(
      'cpu-base',
      'a device of 32 bits would not find host memory there',
      'take 0xc0000000, or "inbound: identity"',
    );
  }
  return problems;
}
