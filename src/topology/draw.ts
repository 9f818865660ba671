// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import {hex} from '../base/hex.ts';
import type {RouteKind} from './route.ts';
import {describeAcs} from './acs.ts';
import {childrenOf, type Node, type Topology} from './model.ts';
import type {Window} from './windows.ts';

/** What went from one device to another place, and which way. */
export interface DrawnFlow {
  readonly initiator: string;
  readonly direction: 'read' | 'write';
  readonly target: string;
  readonly route?: RouteKind;
  readonly by?: string;
}

/**
 * A tree of a topology in text: one line a function, with its BDF, id, type and what it has.
 * @param flows what is drawn where it turned around, was blocked or left the tree
 */
export function drawTopology(topology: Topology, flows: readonly DrawnFlow[] = []): string {
  const {machine, cpu, cpuVendor, memory, cpus, iommu, swiotlb} = topology.spec;
  const rows = branches(topology, null, '').map(({id, tree, text}) => ({
    tree,
    text: `${text}${notes(flows.filter(({by}) => by === id))}`,
  }));
  const width = Math.max(0, ...rows.map(({tree}) => tree.length));
  const lines = rows.map(({tree, text}) => `${tree.padEnd(width)}  ${text}`);
  const words = [
    machine,
    cpuVendor === undefined ? cpu : `${cpu} (${cpuVendor})`,
    formatBytes(memory),
    cpus === 1 ? '1 CPU' : `${cpus} CPUs`,
    ...(iommu === undefined ? [] : [`IOMMU ${iommu.type}, ${iommu.mode}`]),
    ...(swiotlb === undefined ? [] : [`swiotlb ${swiotlb}`]),
  ];
  return [
    words.join(', '),
    ...windowLines(topology),
    `${topology.platform.ownPort ? 'host bridge' : 'pcie.0'}${notes(flows.filter(({route}) => route === 'upstream'))}`,
    ...lines,
    '',
  ].join('\n');
}

/** Where the bus's addresses are not the CPU's. */
function windowLines({windows}: Topology): readonly string[] {
  if (windows === undefined) return [];
  const line = ({cpu, bus, size}: Window): string =>
    `${formatBytes(size)} at ${hex(cpu)} for the CPU, at ${hex(bus)} on the bus`;
  return [`devices: ${line(windows.outbound)}`, `memory: ${line(windows.inbound)}`];
}

/** `, here src → cmb turned`: once for all of the same. */
function notes(flows: readonly DrawnFlow[]): string {
  const words = flows.map(({initiator, direction, target, route}) => {
    const arrow = direction === 'write' ? '→' : '←';
    return `${initiator} ${arrow} ${target}${route === 'upstream' ? '' : ` ${route ?? ''}`}`;
  });
  return words.length === 0 ? '' : `   ${[...new Set(words)].join(', ')}`;
}

interface Row {
  readonly id: string;
  readonly tree: string;
  readonly text: string;
}

function branches(topology: Topology, parent: string | null, indent: string): readonly Row[] {
  const children = childrenOf(topology, parent);
  return children.flatMap((node, index) => {
    const last = index === children.length - 1;
    const row = {
      id: node.id,
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
      return `root port${acsWords(node)}`;
    case 'upstream-port':
      return 'switch, upstream port';
    case 'downstream-port':
      return `downstream port${acsWords(node)}`;
    case 'endpoint':
      switch (node.type) {
        case 'nvme': {
          const disk = node.disk === undefined ? '' : `, disk ${formatBytes(node.disk)}`;
          return `nvme${disk}${node.cmb === undefined ? '' : `, CMB ${formatBytes(node.cmb)}`}`;
        }
        case 'bochs-display':
          return `bochs-display, VRAM ${formatBytes(node.vram)}`;
        case 'ivshmem':
          return `ivshmem, ${formatBytes(node.size)}`;
        case 'e1000':
        case 'e1000e':
        case 'igb':
        case 'edu':
          return node.type;
      }
  }
}

/** What of ACS is on. */
function acsWords({acsControl}: {readonly acsControl?: number}): string {
  return acsControl === undefined || acsControl === 0 ? '' : `, ${describeAcs(acsControl)}`;
}
