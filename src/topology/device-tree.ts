// SPDX-License-Identifier: MIT
import type {Windows} from './windows.ts';

/** A change of a compiled device tree, as fdtput(1) makes it. */
export type DeviceTreeEdit =
  | {readonly node: string; readonly property: string; readonly cells: readonly number[]}
  | {readonly node: string; readonly property: string; readonly text: string}
  | {readonly node: string; readonly create: true}
  | {readonly node: string; readonly remove: string};

const soc = '/soc@0';
const pcie = `${soc}/pcie@33800000`;
const fec = `${soc}/bus@30800000/ethernet@30be0000`;

/**
 * QEMU takes an outbound window for I/O as one for the configuration of the function whose number is in the upper half
 * of its address (hw/pci-host/designware.c, designware_pcie_update_viewport). At 0, where the kernel's tree has it, a
 * driver that writes to a port (e1000) would change the root port's registers: so it is sent to 01:1f.7, which is not.
 */
const io = {cpu: 0x1ff8_0000, bus: 0x01ff_0000, size: 0x1_0000} as const;

/** Linux: Documentation/devicetree/bindings/pci/, the first cell of an address (IEEE 1275, PCI binding, 2.2.1). */
const space = {io: 0x8100_0000, memory64: 0x8300_0000, prefetchable64: 0x4300_0000} as const;

/**
 * What makes the kernel's own device tree of an imx8mp-evk one of a bench: a host bridge with these windows, and a
 * NIC with a link that is up at once. QEMU models one inbound window for each of `dma-ranges`; without these Linux
 * switches all of them off (drivers/pci/controller/dwc/pcie-designware-host.c, dw_pcie_iatu_setup).
 */
export function imx8mpEdits({outbound, inbound, beyond, alias}: Windows): readonly DeviceTreeEdit[] {
  // An address of the node soc is one cell; what lies beyond is joined to it where nothing else is.
  const socOutbound = outbound.cpu < 2 ** 32 ? outbound.cpu : 0x8000_0000;
  return [
    {
      node: soc,
      property: 'ranges',
      cells: [0, 0, 0, 0x3e00_0000, socOutbound, ...wide(outbound.cpu), outbound.size],
    },
    {
      node: pcie,
      property: 'ranges',
      cells: [
        ...[space.io, ...wide(io.bus), io.cpu, ...wide(io.size)],
        ...[space.memory64, ...wide(outbound.bus), socOutbound, ...wide(outbound.size)],
      ],
    },
    {
      node: pcie,
      property: 'dma-ranges',
      cells: [inbound, ...(beyond === undefined ? [] : [beyond])].flatMap(({bus, cpu, size}) => [
        ...[space.prefetchable64, ...wide(bus), cpu, ...wide(size)],
      ]),
    },
    // Later kernels have the slot switched off, for boards that are to be the endpoint.
    {node: pcie, property: 'status', text: 'okay'},
    ...(alias === undefined ? [] : reserved(alias)),
    {node: fec, remove: 'phy-handle'},
    {node: `${fec}/fixed-link`, create: true},
    {node: `${fec}/fixed-link`, property: 'speed', cells: [1000]},
    {node: `${fec}/fixed-link`, property: 'full-duplex', cells: []},
  ];
}

/** Memory that the kernel keeps nothing in. */
function reserved({cpu, size}: NonNullable<Windows['alias']>): readonly DeviceTreeEdit[] {
  const node = `/reserved-memory/alias@${cpu.toString(16)}`;
  return [
    {node, create: true},
    {node, property: 'reg', cells: [...wide(cpu), ...wide(size)]},
  ];
}

/** Two cells. */
function wide(value: number): readonly [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32];
}
