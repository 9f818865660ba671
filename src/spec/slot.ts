// SPDX-License-Identifier: MIT
import type {DeviceSpec} from './topology.ts';

type Devices = Readonly<Record<string, DeviceSpec>>;

/**
 * The devices that go and come with one: a slot is the unit of hot-plug (PCIe 6.0, 6.7), so all functions in the
 * slot of the device, and all that is below a switch in it. In the order of the file, itself included.
 */
export function inSlotOf(devices: Devices, id: string): readonly string[] {
  const functions = Object.keys(devices).filter((other) => other === id || shareSlot(devices, id, other));
  return Object.keys(devices).filter((other) => isAtOrBelow(devices, other, functions));
}

/** Whether two devices are functions of one slot: on a switch they name it, for each would have its own. */
function shareSlot(devices: Devices, a: string, b: string): boolean {
  const [first, second] = [devices[a], devices[b]];
  if (first?.on === undefined || first.on !== second?.on) return false;
  return devices[first.on]?.type === 'root-port' || (first.slot !== undefined && first.slot === second.slot);
}

function isAtOrBelow(devices: Devices, id: string, top: readonly string[]): boolean {
  if (top.includes(id)) return true;
  const above = devices[id]?.on;
  return above !== undefined && isAtOrBelow(devices, above, top);
}
