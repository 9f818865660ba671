// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import {hostMemory} from '../base/targets.ts';
import {isRegistered} from '../spec/cmb.ts';
import type {Path} from '../spec/source-map.ts';
import {didYouMean} from '../spec/suggest.ts';
import type {DeviceSpec} from '../spec/topology.ts';

/** What a step's check sees: the devices of the topology, and where to say what is wrong. */
export interface Scene {
  readonly devices: Readonly<Record<string, DeviceSpec>>;
  readonly cpus: number;
  /** Whether devices can be taken out of their slots and put back. */
  readonly hotplug: boolean;
  /** Devices that an earlier step has unplugged, with what it named. */
  readonly unplugged: ReadonlyMap<string, string>;
  /** Reports a problem of the part with this path below the step's options. */
  report(path: Path, text: string, hint?: string): void;
}

/** The device that an option names; reports an id that the topology does not have, or that is unplugged. */
export function checkDevice(scene: Scene, path: Path, id: string): DeviceSpec | undefined {
  const device = checkKnown(scene, path, id);
  const by = scene.unplugged.get(id);
  if (device !== undefined && by !== undefined) {
    const text =
      by === id
        ? `"${id}" was unplugged before`
        : `"${id}" went when "${by}" was unplugged: a slot goes as a whole`;
    scene.report(path, text, `add "plug: ${by}" before this step`);
  }
  return device;
}

/** As checkDevice, where it does not matter whether the device is plugged in. */
export function checkKnown(scene: Scene, path: Path, id: string): DeviceSpec | undefined {
  const device = Object.hasOwn(scene.devices, id) ? scene.devices[id] : undefined;
  if (device === undefined) {
    scene.report(path, `the topology has no device "${id}"`, didYouMean(id, Object.keys(scene.devices)));
  }
  return device;
}

/** Checks that an option names an NVMe drive whose disk holds `bytes` from `offset` on. */
export function checkDisk(scene: Scene, path: Path, id: string, bytes: number, offset = 0): void {
  const device = checkDevice(scene, path, id);
  if (device === undefined) return;
  if (device.type !== 'nvme' || device.disk === undefined) {
    scene.report(
      path,
      `"${id}" has no disk`,
      oneOf(scene, (other) => other.type === 'nvme' && !!other.disk),
    );
  } else if (offset + bytes > device.disk) {
    const extent = offset === 0 ? `${bytes} bytes` : `${bytes} bytes from ${offset} on`;
    scene.report(path, `${extent} are more than the disk of "${id}" holds: ${formatBytes(device.disk)}`);
  }
}

/**
 * What Linux keeps of a CMB for itself: an I/O queue a CPU, each of 1024 entries of 64 bytes
 * (drivers/nvme/host/pci.c, nvme_alloc_sq_cmds).
 */
const queueBytes = 64 * 1024;

/** Bytes of memory that a device can provide to peers; `undefined` if it cannot. */
export function providedBytes(device: DeviceSpec, cpus: number): number | undefined {
  switch (device.type) {
    case 'nvme':
      if (device.cmb === undefined || !isRegistered(device.cmb)) return undefined;
      return Math.max(0, device.cmb - cpus * queueBytes);
    case 'bochs-display':
      return device.vram;
    case 'ivshmem':
      return device.size;
    case 'root-port':
    case 'switch':
    case 'e1000':
    case 'e1000e':
    case 'igb':
    case 'edu':
      return undefined;
  }
}

/** The CMB that a device has and Linux gives to nobody, if it is one. */
function unregisteredCmb(device: DeviceSpec): number | undefined {
  if (device.type !== 'nvme' || device.cmb === undefined) return undefined;
  return isRegistered(device.cmb) ? undefined : device.cmb;
}

/** As checkProvider, of a step that can also try to map memory which Linux does not give to peers. */
export function checkMapped(scene: Scene, path: Path, id: string, bytes: number): void {
  const device = Object.hasOwn(scene.devices, id) ? scene.devices[id] : undefined;
  if (device === undefined || unregisteredCmb(device) === undefined) checkProvider(scene, path, id, bytes);
}

/** Checks that an option names a provider with `bytes` of memory, or host memory. */
export function checkProvider(scene: Scene, path: Path, id: string, bytes: number): void {
  if (id === hostMemory) return;
  const device = checkDevice(scene, path, id);
  if (device === undefined) return;
  const cmb = unregisteredCmb(device);
  const provided = providedBytes(device, scene.cpus);
  if (cmb !== undefined) {
    const text = `Linux does not give the CMB of "${id}" to peers: ${formatBytes(cmb)} is not a multiple of 2 MiB`;
    scene.report(path, text, 'only copy, io and mmap can show that');
  } else if (provided === undefined) {
    const hint = oneOf(scene, (other) => providedBytes(other, scene.cpus) !== undefined);
    scene.report(path, `"${id}" provides no memory to peers`, `${hint}, or ${hostMemory}`);
  } else if (bytes > provided) {
    scene.report(path, `${bytes} bytes are more than "${id}" provides: ${formatBytes(provided)}`);
  }
}

/** Checks that an option names a device of one of these types. */
export function checkType(
  scene: Scene,
  path: Path,
  id: string,
  types: readonly DeviceSpec['type'][],
  what: string,
): DeviceSpec | undefined {
  const device = checkDevice(scene, path, id);
  if (device === undefined) return undefined;
  if (types.includes(device.type)) return device;
  scene.report(
    path,
    `"${id}" is no ${what}`,
    oneOf(scene, (other) => types.includes(other.type)),
  );
  return undefined;
}

function oneOf(scene: Scene, fits: (device: DeviceSpec) => boolean): string {
  const ids = Object.entries(scene.devices)
    .filter(([, device]) => fits(device))
    .map(([id]) => id);
  return ids.length === 0 ? 'the topology has none that would do' : `take ${ids.join(' or ')}`;
}
