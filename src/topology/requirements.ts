// SPDX-License-Identifier: MIT
import {acsOf} from './acs.ts';
import type {Iommu} from './iommu.ts';
import type {MachineName} from '../spec/architecture.ts';
import {type Endpoint, endpointsOf, type Node, type Topology} from './model.ts';
import {isStockCmb} from '../spec/cmb.ts';
import type {Platform} from './platform.ts';

/** A version of QEMU. */
export interface QemuVersion {
  readonly major: number;
  readonly minor: number;
}

/** The first QEMU that has a device, where that is newer than the oldest that the lab supports (7.2). */
const since: Readonly<Record<string, QemuVersion>> = {igb: {major: 8, minor: 0}};

/** The same of machines: of imx8mp-evk, and of the CPU that virt has here, neoverse-n2. */
const machinesSince: Readonly<Partial<Record<MachineName, QemuVersion>>> = {
  'imx8mp-evk': {major: 10, minor: 0},
  virt: {major: 8, minor: 2},
};

/** What a topology needs and this QEMU does not have: a reason each, for the verdict `skip`. */
export function unsupported(topology: Topology, qemu: QemuVersion): readonly string[] {
  const types = new Set(endpointsOf(topology).map(({type}) => type));
  const needs = [
    {what: topology.spec.machine, first: machinesSince[topology.spec.machine]},
    ...[...types].map((type) => ({what: type, first: since[type]})),
    ...(translatesBehindPorts(topology) && !topology.routed
      ? [{what: 'AMD-Vi that translates behind a port', first: amdBehindPorts}]
      : []),
  ];
  const [without] = topology.routed ? [] : portsToRedirect(topology);
  if (without !== undefined) return [`port ${without} has no ACS in this QEMU: take --qemu routed`];
  const odd = topology.routed ? undefined : endpointsOf(topology).find(hasOddCmb);
  if (odd !== undefined)
    return [`the CMB of ${odd.id} is not of a size that this QEMU has: take --qemu routed`];
  return needs.flatMap(({what, first}) => {
    if (first === undefined || qemu.major > first.major) return [];
    if (qemu.major === first.major && qemu.minor >= first.minor) return [];
    return [`${what} needs QEMU ${first.major}.${first.minor} or newer, this is ${qemu.major}.${qemu.minor}`];
  });
}

/** Whether a device has a CMB that stock QEMU cannot have: lab/qemu/routed has any. */
function hasOddCmb(node: Endpoint): boolean {
  return node.type === 'nvme' && node.cmb !== undefined && !isStockCmb(node.cmb);
}

/** The ports of switches that are told to do more than they would without ACS. */
function portsToRedirect({nodes, spec}: Topology): readonly string[] {
  return nodes
    .filter(({kind, parent, device}) => {
      if (kind !== 'downstream-port') return false;
      return !['no-redirect', undefined].includes(acsOf(spec.devices[parent ?? ''], device));
    })
    .map(({id}) => id);
}

/**
 * Before, amd-iommu took every device behind a port for 00:00.0: it asked for bus numbers before the firmware
 * had given any (hw/i386/amd_iommu.c, amdvi_host_dma_iommu). lab/qemu/routed mends that, too.
 */
const amdBehindPorts: QemuVersion = {major: 10, minor: 2};

function translatesBehindPorts({iommu, translated, nodes}: Topology): boolean {
  return (
    iommu?.type === 'amd' &&
    translated &&
    nodes.some(({kind, parent}) => kind === 'endpoint' && parent !== null)
  );
}

/** The devices of QEMU, by its own names, that a topology is made of and that are not among `there`. */
export function missingDevices(topology: Topology, there: readonly string[]): readonly string[] {
  const {iommu, nodes, platform} = topology;
  const wanted = new Set([
    ...(iommu === undefined ? [] : iommuDrivers[iommu.type]),
    ...nodes.flatMap((node) => driversOf(node, platform)),
  ]);
  return [...wanted].filter((driver) => !there.includes(driver));
}

const iommuDrivers: Readonly<Record<Iommu['type'], readonly string[]>> = {
  intel: ['intel-iommu'],
  amd: ['amd-iommu'],
  virtio: ['virtio-iommu-pci'],
  // A part of the machine.
  smmuv3: [],
};

function driversOf(node: Node, {ownPort}: Platform): readonly string[] {
  switch (node.kind) {
    case 'root-port':
      return ownPort === undefined ? ['pcie-root-port'] : [];
    case 'upstream-port':
      return ['x3130-upstream'];
    case 'downstream-port':
      return ['xio3130-downstream'];
    case 'endpoint':
      if (node.type === 'ivshmem') return ['ivshmem-plain'];
      return node.type === 'nvme' && node.nsid !== undefined ? ['nvme', 'nvme-ns'] : [node.type];
  }
}
