// SPDX-License-Identifier: MIT
import {deviceId} from '../spec/names.ts';
import {checkDevice, type Scene} from './scene.ts';

/** A device's id; a bridge keeps its driver. */
export const endpoint = deviceId.transform((device) => ({device}));

/** Reports a device that is a bridge. */
export function checkEndpoint({device}: {readonly device: string}, scene: Scene): void {
  const type = checkDevice(scene, [], device)?.type;
  if (type === 'root-port' || type === 'switch') {
    scene.report([], `"${device}" is a bridge`, 'name an endpoint below it');
  }
}

/** Reports what is not in a slot from which it can be taken: an endpoint is, and a switch. */
export function checkSlot({device}: {readonly device: string}, scene: Scene): void {
  if (scene.devices[device]?.type === 'root-port')
    scene.report([], `"${device}" is part of the root complex`, 'name what is in its slot');
  else if (!scene.hotplug)
    scene.report([], 'the slots of the topology do not hot-plug', 'give it "hotplug: true"');
  else if (scene.devices[device] !== undefined && scene.devices[device].on === undefined)
    scene.report([], `"${device}" is in no slot: it is part of the root complex`);
}

/** Reports a device that is no NVMe controller. */
export function checkController({device}: {readonly device: string}, scene: Scene): void {
  const type = checkDevice(scene, [], device)?.type;
  if (type !== undefined && type !== 'nvme') scene.report([], `"${device}" is no NVMe controller`);
}
