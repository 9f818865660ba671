// SPDX-License-Identifier: MIT
import {type ArchitectureName, architectureOf, type MachineName} from '../spec/architecture.ts';
import type {Identity} from './identity.ts';

/** What a machine of QEMU is made of, apart from the tested tree. */
export interface Platform {
  readonly machine: MachineName;
  readonly architecture: ArchitectureName;
  /** QEMU's name of the bus that is below the root complex, or below the machine's own root port. */
  readonly rootBus: string;
  /** The function at 00:00.0 that stands for the host bridge, by which Linux knows it. */
  readonly hostBridge?: Identity;
  /** The one root port, which the machine brings along. Without it there are as many as are declared. */
  readonly ownPort?: Identity;
  /** Device numbers on the root complex that no topology can have. */
  readonly reservedSlots: readonly number[];
  /** The guest's names of its serial lines. */
  readonly serial: {
    readonly console: string;
    readonly port: string;
    /** How many of QEMU's come before these. */
    readonly before: number;
  };
  /** Words for any kernel that is booted on it. */
  readonly kernelWords: readonly string[];
  /** The region that is the machine's memory, by QEMU's names. */
  readonly memoryRegion: string;
  /** The address space in which its devices' requests arrive, by QEMU's names. */
  readonly deviceSpace: string;
  /** Whether BARs of 32 bits lie below the memory, and those of 64 bits above 4 GiB. */
  readonly splitBars: boolean;
  /** Whether the lab's NIC and the device that tells of panics are PCI functions beside the tree. */
  readonly labFunctions: boolean;
}

/** Device numbers on the root complex that are not a topology's: the machine's and the lab's own. */
export const labSlots = {
  hostBridge: 0,
  panicDevice: 0x1c,
  controlNic: 0x1d,
  iommu: 0x1e,
  ich9: 0x1f,
} as const;

/** A machine whose PCI Express begins with the root complex, which is all QEMU's. */
const generic = {
  rootBus: 'pcie.0',
  reservedSlots: Object.values(labSlots),
  kernelWords: [],
  deviceSpace: 'memory',
  labFunctions: true,
} as const;

const q35: Platform = {
  ...generic,
  machine: 'q35',
  architecture: architectureOf.q35,
  // QEMU, hw/pci-host/q35.c (mch).
  hostBridge: {vendor: 0x8086, device: 0x29c0},
  serial: {console: 'ttyS0', port: 'ttyS1', before: 0},
  // On a host that is busy the emulated timer misses its few chances to be seen, and Linux panics.
  kernelWords: ['no_timer_check'],
  memoryRegion: 'pc.ram',
  splitBars: false,
};

/** QEMU, hw/arm/virt.c (base_memmap). */
const virt: Platform = {
  ...generic,
  machine: 'virt',
  architecture: architectureOf.virt,
  // QEMU, hw/pci-host/gpex.c (gpex-root).
  hostBridge: {vendor: 0x1b36, device: 0x0008},
  serial: {console: 'ttyAMA0', port: 'ttyAMA1', before: 0},
  memoryRegion: 'mach-virt.ram',
  splitBars: true,
};

/** QEMU, hw/arm/fsl-imx8mp.c and hw/pci-host/designware.c. */
const imx8mp: Platform = {
  machine: 'imx8mp-evk',
  architecture: architectureOf['imx8mp-evk'],
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
};

/** The platforms by the names of QEMU's machines. */
export const platforms: Readonly<Record<MachineName, Platform>> = Object.freeze({
  q35,
  virt,
  'imx8mp-evk': imx8mp,
});
