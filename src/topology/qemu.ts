// SPDX-License-Identifier: MIT
import {iommuTypeOf} from '../devices/iommus/registry.ts';
import {machineTypeOf} from '../devices/machines/registry.ts';
import {
  type DeviceFiles,
  option,
  type Properties,
  type QemuVersion,
  slotAddress,
} from '../devices/qemu-option.ts';
import {endpointNamed} from '../devices/registry.ts';
import {bridgeFunctionOf} from './identity.ts';
import {labDevices} from './lab-devices.ts';
import {type Node, nodeOf, type Topology} from './model.ts';
import {unsupported} from './requirements.ts';

/**
 * QEMU's arguments for a topology: machine, CPU, memory, devices; nothing that starts or watches the guest.
 * Every device has its id; an NVMe controller's namespace has an nsid that is unique over the topology, for
 * QEMU's trace names no controller.
 * @throws {TypeError} if a file is missing, or if this QEMU does not have a device: ask `unsupported` first
 */
export function qemuArguments(
  topology: Topology,
  {qemu, files}: {readonly qemu: QemuVersion; readonly files: DeviceFiles},
): readonly string[] {
  const [missing] = unsupported(topology, qemu);
  if (missing !== undefined) throw new TypeError(missing);
  const {memory, cpus, hotplug} = topology.spec;
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none'],
    ...machineArguments(topology),
    ...['-m', `${memory / 2 ** 20}M`, '-smp', String(cpus)],
    ...(hotplug ? machineTypeOf(topology.platform.machine).hotplugArguments : []),
    ...topology.nodes.flatMap((node) => nodeArguments(node, topology, files)),
    ...iommuArguments(topology),
  ];
}

function machineArguments({spec, platform, iommu}: Topology): readonly string[] {
  const {cpu, cpuVendor} = spec;
  const properties = iommu === undefined ? {} : iommuTypeOf(iommu.type).machineProperties;
  return machineTypeOf(platform.machine).arguments({cpu, cpuVendor, properties});
}

/**
 * It comes after the devices, for AMD's takes the first slot that is free. They are behind it all the same:
 * QEMU asks for their address spaces when the machine is done (hw/pci/pci.c, pcibus_machine_done).
 */
function iommuArguments({iommu, platform}: Topology): readonly string[] {
  if (iommu === undefined) return [];
  const addr = iommu.slot === undefined ? undefined : slotAddress(iommu.slot);
  return iommuTypeOf(iommu.type).arguments({id: labDevices.iommu, bus: platform.rootBus, addr});
}

function nodeArguments(node: Node, topology: Topology, files: DeviceFiles): readonly string[] {
  const {nodes, platform} = topology;
  const shared =
    node.function === 0 &&
    nodes.some(({bus, device, function: fn}) => bus === node.bus && device === node.device && fn > 0);
  const place = {
    id: node.id,
    bus: busAbove(node, topology),
    addr: slotAddress(node.device, node.function),
    multifunction: shared ? 'on' : undefined,
  };
  switch (node.kind) {
    case 'root-port':
      if (platform.ownPort !== undefined) return [];
      return option('-device', bridgeFunctionOf(node).driver, {
        ...place,
        chassis: node.chassis,
        slot: node.device,
        ...spareWindows(node, topology),
      });
    case 'upstream-port':
    case 'pci-bridge':
      return option('-device', bridgeFunctionOf(node).driver, place);
    case 'downstream-port':
      return option('-device', bridgeFunctionOf(node).driver, {
        ...place,
        chassis: node.chassis,
        slot: node.device,
        port: node.device,
      });
    case 'endpoint':
      return endpointNamed(node.type).arguments(node, place, files);
  }
}

/**
 * The firmware makes the windows of a port as large as what it finds there needs. Linux keeps them when a switch is
 * plugged in again, but gives a part of them to slots that are empty (drivers/pci/setup-bus.c,
 * pci_bus_distribute_available_resources): without some to spare, a device that was there before finds no place.
 */
function spareWindows({id}: Node, {nodes, platform, spec}: Topology): Properties {
  const hasSwitch = nodes.some(({parent, kind}) => parent === id && kind === 'upstream-port');
  if (!spec.hotplug || !hasSwitch || machineTypeOf(platform.machine).firmware === undefined) return {};
  return {'mem-reserve': '32M', 'pref32-reserve': '64M'};
}

/** QEMU's name of the bus that a function is on: the id of the port above, if that is no port of the machine's own. */
function busAbove({parent}: Node, topology: Topology): string {
  const {rootBus, ownPort} = topology.platform;
  if (parent === null) return rootBus;
  return ownPort !== undefined && nodeOf(topology, parent).kind === 'root-port' ? rootBus : parent;
}

/**
 * The monitor's line that plugs a function without a disk back to where it was. What is behind it on the host is
 * there still.
 */
export function plugLine(node: Node, topology: Topology): string {
  const words = nodeArguments(node, topology, {disks: {}, pcaps: {}, shared: {[node.id]: ''}});
  return `device_add ${words[words.indexOf('-device') + 1] ?? ''}`;
}
