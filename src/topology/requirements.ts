// SPDX-License-Identifier: MIT
import {acsOf} from './acs.ts';
import {iommuTypeOf} from '../devices/iommus/registry.ts';
import type {Platform} from '../devices/machines/machine.ts';
import {machineTypeOf} from '../devices/machines/registry.ts';
import type {QemuVersion} from '../devices/qemu-option.ts';
import {endpointNamed} from '../devices/registry.ts';
import {memoryOf, providerKind} from '../devices/roles.ts';
import {bridgeFunctionOf} from './identity.ts';
import {type Endpoint, endpointsOf, type Node, type Topology} from './model.ts';

/** What a topology needs and this QEMU does not have: a reason each, for the verdict `skip`. */
export function unsupported(topology: Topology, qemu: QemuVersion): readonly string[] {
  const types = new Set(endpointsOf(topology).map(({type}) => type));
  const needs = [
    {what: topology.spec.machine, first: machineTypeOf(topology.spec.machine).since},
    ...[...types].map((type) => ({what: type, first: endpointNamed(type).since})),
    ...translationNeeds(topology),
  ];
  const [without] = topology.routed ? [] : portsToRedirect(topology);
  if (without !== undefined) return [`port ${without} has no ACS in this QEMU: take --qemu routed`];
  const odd = topology.routed ? undefined : endpointsOf(topology).find(hasOddMemory);
  if (odd !== undefined)
    return [
      `the ${providerKind(odd.type) ?? 'memory'} of ${odd.id} is not of a size that this QEMU has: take --qemu routed`,
    ];
  return needs.flatMap(({what, first}) => {
    if (first === undefined || qemu.major > first.major) return [];
    if (qemu.major === first.major && qemu.minor >= first.minor) return [];
    return [`${what} needs QEMU ${first.major}.${first.minor} or newer, this is ${qemu.major}.${qemu.minor}`];
  });
}

/** Whether a device has memory for peers of a size that stock QEMU cannot have: lab/qemu/routed has any. */
function hasOddMemory(node: Endpoint): boolean {
  const memory = memoryOf(node);
  return memory?.provider.isStockSize(memory.size) === false;
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

/** An IOMMU that translates behind a port. lab/qemu/routed has no such limit. */
function translationNeeds({iommu, translated, routed, nodes}: Topology) {
  if (iommu === undefined || !translated || routed) return [];
  if (!nodes.some(({kind, parent}) => kind === 'endpoint' && parent !== null)) return [];
  const {name, title, behindPortsSince} = iommuTypeOf(iommu.type);
  return [{what: `${title ?? name} that translates behind a port`, first: behindPortsSince}];
}

/** The devices of QEMU, by its own names, that a topology is made of and that are not among `there`. */
export function missingDevices(topology: Topology, there: readonly string[]): readonly string[] {
  const {iommu, nodes, platform} = topology;
  const wanted = new Set([
    ...(iommu === undefined ? [] : iommuTypeOf(iommu.type).drivers),
    ...nodes.flatMap((node) => driversOf(node, platform)),
  ]);
  return [...wanted].filter((driver) => !there.includes(driver));
}

function driversOf(node: Node, {ownPort}: Platform): readonly string[] {
  if (node.kind === 'endpoint') return endpointNamed(node.type).drivers(node);
  return node.kind === 'root-port' && ownPort !== undefined ? [] : [bridgeFunctionOf(node).driver];
}
