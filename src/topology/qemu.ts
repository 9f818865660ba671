// SPDX-License-Identifier: MIT
import {isStockCmb} from '../spec/cmb.ts';
import type {Iommu} from './iommu.ts';
import {type Endpoint, hex, type Node, nodeOf, type Topology} from './model.ts';
import {unsupported, type QemuVersion} from './requirements.ts';
import {labSlots, type Platform} from './platform.ts';

/** Files behind the devices, by a device's id. */
export interface DeviceFiles {
  /** Raw images of NVMe drives that have a disk. */
  readonly disks: Readonly<Record<string, string>>;
  /** Where the frames of NICs are recorded, in pcap format; a NIC without one is not recorded. */
  readonly pcaps: Readonly<Record<string, string>>;
  /** Memory of ivshmem devices. */
  readonly shared: Readonly<Record<string, string>>;
  /** Drives whose reads the lab will hold or slow down. */
  readonly disturbed?: readonly string[];
}

/** Ids of the devices that the lab itself puts beside the tree under test. */
export const labDevices = {controlNic: 'lab-nic', panicDevice: 'lab-panic', iommu: 'lab-iommu'} as const;

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
    // By ACPI, q35 would hide the slots' own hot-plug from the guest.
    ...(hotplug && topology.platform.machine === 'q35'
      ? ['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off']
      : []),
    ...topology.nodes.flatMap((node) => nodeArguments(node, topology, files)),
    ...(topology.iommu === undefined ? [] : iommuArguments(topology.iommu, topology.platform)),
  ];
}

function machineArguments({spec, platform, iommu}: Topology): readonly string[] {
  const {cpu, cpuVendor} = spec;
  switch (platform.machine) {
    case 'q35':
      // Without RDRAND the guest's ssh waits a second for entropy.
      return ['-machine', 'q35', '-cpu', `${cpu},vendor=${cpuVendor ?? ''},+rdrand`];
    case 'virt': {
      const smmu = iommu?.type === 'smmuv3' ? {iommu: 'smmuv3'} : {};
      // With the newest interrupt controller there are message-signalled interrupts for as many as there are.
      return [...option('-machine', 'virt', {'gic-version': 3, ...smmu}), '-cpu', cpu];
    }
    case 'imx8mp-evk':
      return ['-machine', 'imx8mp-evk'];
  }
}

/**
 * The lab's own devices: a NIC to reach the guest by, and one that tells of the guest's panics where that can be
 * beside the tree.
 * @param network the options of the NIC's backend
 */
export function labDeviceArguments(
  {rootBus, labFunctions}: Platform,
  network: readonly string[],
): readonly string[] {
  const {controlNic, panicDevice} = labSlots;
  const netdev = 'lab-net';
  const backend = ['user', `id=${netdev}`, ...network].join(',');
  // The SoC has a NIC of its own, which takes the first backend that is offered so.
  if (!labFunctions) return ['-nic', backend];
  return [
    ...['-netdev', backend],
    ...option('-device', 'virtio-net-pci', {
      id: labDevices.controlNic,
      bus: rootBus,
      addr: `${hex(controlNic)}.0`,
      netdev,
      romfile: '',
    }),
    ...option('-device', 'pvpanic-pci', {
      id: labDevices.panicDevice,
      bus: rootBus,
      addr: `${hex(panicDevice)}.0`,
    }),
  ];
}

type Properties = Readonly<Record<string, string | number | undefined>>;

/**
 * It comes after the devices, for AMD's takes the first slot that is free. They are behind it all the same:
 * QEMU asks for their address spaces when the machine is done (hw/pci/pci.c, pcibus_machine_done).
 */
function iommuArguments({type, slot = 0}: Iommu, {rootBus}: Platform): readonly string[] {
  const id = labDevices.iommu;
  // Linux here does not remap interrupts: with KVM's own interrupt controllers QEMU would refuse it.
  const intremap = 'off';
  switch (type) {
    case 'intel':
      // The width that QEMU has by itself differs between its versions.
      return option('-device', 'intel-iommu', {id, intremap, 'aw-bits': 48});
    case 'amd':
      // With pt=on, QEMU 10's translates nothing, whatever the guest tells it.
      return option('-device', 'amd-iommu', {id, intremap, pt: 'off'});
    case 'virtio':
      return option('-device', 'virtio-iommu-pci', {id, bus: rootBus, addr: `${hex(slot)}.0`});
    case 'smmuv3':
      return [];
  }
}

function nodeArguments(node: Node, topology: Topology, files: DeviceFiles): readonly string[] {
  const {nodes, platform} = topology;
  const shared =
    node.function === 0 &&
    nodes.some(({bus, device, function: fn}) => bus === node.bus && device === node.device && fn > 0);
  const place = {
    id: node.id,
    bus: busAbove(node, topology),
    addr: `${hex(node.device)}.${node.function}`,
    multifunction: shared ? 'on' : undefined,
  };
  switch (node.kind) {
    case 'root-port':
      if (platform.ownPort !== undefined) return [];
      return option('-device', 'pcie-root-port', {
        ...place,
        chassis: node.chassis,
        slot: node.device,
        ...spareWindows(node, topology),
      });
    case 'upstream-port':
      return option('-device', 'x3130-upstream', place);
    case 'downstream-port':
      return option('-device', 'xio3130-downstream', {
        ...place,
        chassis: node.chassis,
        slot: node.device,
        port: node.device,
      });
    case 'endpoint':
      return endpointArguments(node, place, files);
  }
}

/**
 * The firmware makes the windows of a port as large as what it finds there needs. Linux keeps them when a switch is
 * plugged in again, but gives a part of them to slots that are empty (drivers/pci/setup-bus.c,
 * pci_bus_distribute_available_resources): without some to spare, a device that was there before finds no place.
 */
function spareWindows({id}: Node, {nodes, platform, spec}: Topology): Properties {
  const hasSwitch = nodes.some(({parent, kind}) => parent === id && kind === 'upstream-port');
  if (!spec.hotplug || !hasSwitch || platform.machine !== 'q35') return {};
  return {'mem-reserve': '32M', 'pref32-reserve': '64M'};
}

function endpointArguments(node: Endpoint, place: Properties, files: DeviceFiles): readonly string[] {
  const {id} = node;
  switch (node.type) {
    case 'nvme': {
      const controller = option('-device', 'nvme', {...place, serial: id, ...cmbProperty(node.cmb)});
      if (node.nsid === undefined) return controller;
      return [
        ...disk(id, files),
        ...controller,
        ...option('-device', 'nvme-ns', {
          id: namespaceDevice(id),
          bus: id,
          nsid: node.nsid,
          drive: `${id}.disk`,
        }),
      ];
    }
    case 'e1000':
    case 'e1000e':
    case 'igb': {
      const pcap = files.pcaps[id];
      return [
        // Leads nowhere: a backend must be there for a filter to record what the NIC sends.
        ...option('-netdev', 'user', {id: `${id}.net`, restrict: 'on', ipv6: 'off'}),
        ...option('-device', node.type, {...place, netdev: `${id}.net`, mac: node.mac, romfile: ''}),
        ...(pcap === undefined
          ? []
          : option('-object', 'filter-dump', {id: `${id}.pcap`, netdev: `${id}.net`, file: pcap})),
      ];
    }
    case 'bochs-display':
      return option('-device', 'bochs-display', {...place, vgamem: node.vram, romfile: ''});
    case 'edu':
      return option('-device', 'edu', {...place, dma_mask: `0x${addressMask(node.dmaBits)}`});
    case 'ivshmem':
      return [
        ...option('-object', 'memory-backend-file', {
          id: `${id}.memory`,
          share: 'on',
          'mem-path': fileOf(files.shared, id, 'shared memory'),
          size: node.size,
        }),
        ...option('-device', 'ivshmem-plain', {...place, memdev: `${id}.memory`}),
      ];
  }
}

/** Of a size that stock QEMU has, its own property: in MiB. */
function cmbProperty(cmb: number | undefined): Properties {
  if (cmb === undefined) return {};
  return isStockCmb(cmb) ? {cmb_size_mb: cmb / 2 ** 20} : {cmb_size: cmb};
}

/** QEMU's name of the bus that a function is on: the id of the port above, if that is no port of the machine's own. */
function busAbove({parent}: Node, topology: Topology): string {
  const {rootBus, ownPort} = topology.platform;
  if (parent === null) return rootBus;
  return ownPort !== undefined && nodeOf(topology, parent).kind === 'root-port' ? rootBus : parent;
}

/** QEMU's id of the namespace that is a drive's disk. */
export function namespaceDevice(id: string): string {
  return `${id}.ns`;
}

/** The group of one by which a drive's disk can be made slow. */
export function slowGroup(id: string): string {
  return `${id}.slow`;
}

function disk(id: string, {disks, disturbed}: DeviceFiles): readonly string[] {
  const name = {'node-name': `${id}.disk`};
  const file = {driver: 'file', filename: fileOf(disks, id, 'disk')};
  // The host reads the image through its page cache: a flush would only wait for the host's disk.
  const cache = {'cache.no-flush': 'on'};
  if (disturbed?.includes(id) !== true)
    return option('-blockdev', undefined, {driver: 'raw', ...name, ...prefixed('file', file), ...cache});
  const raw = {
    driver: 'raw',
    ...prefixed('file', {driver: 'blkdebug', ...prefixed('image', file)}),
  };
  return [
    ...option('-object', 'throttle-group', {id: slowGroup(id)}),
    ...option('-blockdev', undefined, {
      driver: 'throttle',
      ...name,
      'throttle-group': slowGroup(id),
      ...prefixed('file', raw),
      ...cache,
    }),
  ];
}

function prefixed(prefix: string, properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [`${prefix}.${key}`, value]));
}

/**
 * The monitor's line that plugs a function without a disk back to where it was. What is behind it on the host is
 * there still.
 */
export function plugLine(node: Node, topology: Topology): string {
  const words = nodeArguments(node, topology, {disks: {}, pcaps: {}, shared: {[node.id]: ''}});
  return `device_add ${words[words.indexOf('-device') + 1] ?? ''}`;
}

/** In hexadecimal: 64 bits are more than a number holds. */
function addressMask(bits: number): string {
  return BigInt.asUintN(bits, -1n).toString(16);
}

function fileOf(files: Readonly<Record<string, string>>, id: string, what: string): string {
  const file = files[id];
  if (file === undefined) throw new TypeError(`no file for the ${what} of ${id}`);
  return file;
}

/** An option of QEMU with its properties; a comma in a value is written twice. */
function option(name: string, driver: string | undefined, properties: Properties): readonly string[] {
  const words = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${String(value).replaceAll(',', ',,')}`);
  return [name, [...(driver === undefined ? [] : [driver]), ...words].join(',')];
}
