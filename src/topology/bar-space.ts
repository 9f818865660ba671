// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import type {Problem} from '../spec/problems.ts';
import type {DeviceSpec, TopologySpec} from '../spec/topology.ts';
import type {Located} from '../spec/yaml.ts';

/**
 * Where SeaBIOS has room for BARs below 4 GiB on q35: above the configuration space at 0xb0000000 and below the
 * I/O APIC (SeaBIOS, src/fw/pciinit.c, mch_mem_addr_setup, and src/config.h, BUILD_PCIMEM_END).
 */
const window = {begin: 0xc000_0000, end: 0xfec0_0000} as const;

/** A device's prefetchable memory, and whether its BAR can be above 4 GiB: QEMU, hw/nvme, hw/misc/ivshmem, hw/display/bochs-display. */
function prefetchable(device: DeviceSpec): {readonly size: number; readonly wide: boolean} {
  const {type} = device;
  if (type === 'nvme') return {size: device.cmb ?? 0, wide: true};
  if (type === 'ivshmem') return {size: device.size, wide: true};
  return type === 'bochs-display' ? {size: device.vram, wide: false} : {size: 0, wide: true};
}

/**
 * Device memory for which the firmware has no place. A bridge has one window of prefetchable memory: with one BAR
 * of 32 bits in it, all of it has to be below 4 GiB. What is found here is too much in any case; a tree that only
 * just does not fit is found out when its firmware gives up.
 */
export function barSpaceProblems(located: Located<TopologySpec>): readonly Problem[] {
  const {devices, machine} = located.value;
  if (machine !== 'q35') return [];
  const ports = new Map<string, {size: number; wide: boolean; narrow?: string; ids: string[]}>();
  for (const [id, device] of Object.entries(devices)) {
    const root = rootOf(devices, id);
    const {size, wide} = prefetchable(device);
    if (root === undefined || size === 0) continue;
    const port = ports.get(root) ?? {size: 0, wide: true, ids: []};
    port.size += size;
    port.ids.push(id);
    if (!wide) {
      port.wide = false;
      port.narrow ??= id;
    }
    ports.set(root, port);
  }
  const below = [...ports.values()].filter(({wide}) => !wide);
  const bytes = below.reduce((sum, {size}) => sum + size, 0);
  const room = window.end - window.begin;
  if (bytes <= room) return [];
  const [largest] = below.flatMap(({ids}) => ids).toSorted((a, b) => sizeOf(devices, b) - sizeOf(devices, a));
  const narrow = [...new Set(below.flatMap(({narrow: id}) => id ?? []))].map((id) => `"${id}"`).join(', ');
  const text = `the BARs need ${formatBytes(bytes)} below 4 GiB, where the firmware has ${formatBytes(room)}`;
  const hint = `give less memory to "${largest}", or put ${narrow}, whose BAR has 32 bits, below another root port`;
  return [located.problem(['devices', largest ?? ''], text, {part: 'key', hint})];
}

function sizeOf(devices: TopologySpec['devices'], id: string): number {
  const device = devices[id];
  return device === undefined ? 0 : prefetchable(device).size;
}

/** The device on the root complex that another is below, or is itself; undefined in a circle. */
function rootOf(devices: TopologySpec['devices'], id: string): string | undefined {
  const seen = new Set<string>();
  let at = id;
  for (;;) {
    if (seen.has(at)) return undefined;
    seen.add(at);
    const above = Object.hasOwn(devices, at) ? devices[at]?.on : undefined;
    if (above === undefined) return at;
    at = above;
  }
}
