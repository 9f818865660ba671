// SPDX-License-Identifier: MIT
import {formatSize} from '../spec/size.ts';
import {describeAcs} from './acs.ts';
import {childrenOf, type Node, type Topology} from './model.ts';
import type {Window} from './windows.ts';

/** A tree of a topology in text: one line a function, with its BDF, id, type and what it has. */
export function drawTopology(topology: Topology): string {
  const {machine, cpu, cpuVendor, memory, cpus, iommu, swiotlb} = topology.spec;
  const rows = branches(topology, null, '');
  const width = Math.max(0, ...rows.map(({tree}) => tree.length));
  const lines = rows.map(({tree, text}) => `${tree.padEnd(width)}  ${text}`);
  const words = [
    machine,
    cpuVendor === undefined ? cpu : `${cpu} (${cpuVendor})`,
    formatSize(memory),
    cpus === 1 ? '1 CPU' : `${cpus} CPUs`,
    ...(iommu === undefined ? [] : [`IOMMU ${iommu.type}, ${iommu.mode}`]),
    ...(swiotlb === undefined ? [] : [`swiotlb ${swiotlb}`]),
  ];
  return [
    words.join(', '),
    ...windowLines(topology),
    topology.platform.ownPort ? 'host bridge' : 'pcie.0',
    ...lines,
    '',
  ].join('\n');
}

/** Where the bus's addresses are not the CPU's. */
function windowLines({windows}: Topology): readonly string[] {
  if (windows === undefined) return [];
  const line = ({cpu, bus, size}: Window): string =>
    `${formatSize(size)} at 0x${cpu.toString(16)} for the CPU, at 0x${bus.toString(16)} on the bus`;
  return [`devices: ${line(windows.outbound)}`, `memory: ${line(windows.inbound)}`];
}

interface Row {
  readonly tree: string;
  readonly text: string;
}

function branches(topology: Topology, parent: string | null, indent: string): readonly Row[] {
  const children = childrenOf(topology, parent);
  return children.flatMap((node, index) => {
    const last = index === children.length - 1;
    const row = {
      tree: `${indent}${last ? '└─' : '├─'} ${node.bdf.slice('0000:'.length)} ${node.id}`,
      text: describe(node),
    };
    return [row, ...branches(topology, node.id, `${indent}${last ? '   ' : '│  '}`)];
  });
}

/** What a function is, and what it has. */
export function describe(node: Node): string {
  switch (node.kind) {
    case 'root-port':
      return node.acsControl === undefined || node.acsControl === 0
        ? 'root port'
        : `root port, ${describeAcs(node.acsControl)}`;
    case 'upstream-port':
      return 'switch, upstream port';
    case 'downstream-port':
      return 'downstream port';
    case 'endpoint':
      switch (node.type) {
        case 'nvme': {
          const disk = node.disk === undefined ? '' : `, disk ${formatSize(node.disk)}`;
          return `nvme${disk}${node.cmb === undefined ? '' : `, CMB ${formatSize(node.cmb)}`}`;
        }
        case 'bochs-display':
          return `bochs-display, VRAM ${formatSize(node.vram)}`;
        case 'ivshmem':
          return `ivshmem, ${formatSize(node.size)}`;
        case 'e1000':
        case 'e1000e':
        case 'igb':
        case 'edu':
          return node.type;
      }
  }
}
