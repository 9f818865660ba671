// SPDX-License-Identifier: MIT
import {deviceId} from '../names.ts';
import {checkDevice, type Scene} from './scene.ts';
import {verb} from './verb.ts';

/** An endpoint's id; a bridge keeps its driver and its slot. */
const endpoint = deviceId.transform((device) => ({device}));

function checkEndpoint({device}: {readonly device: string}, scene: Scene): void {
  const type = checkDevice(scene, [], device)?.type;
  if (type === 'root-port' || type === 'switch') {
    scene.report([], `"${device}" is a bridge`, 'name an endpoint below it');
  }
}

/** Takes a device's driver away. */
export const unbind = verb({movesData: false, options: endpoint, check: checkEndpoint});

/** Has the kernel look for a driver for a device that has none. */
export const bind = verb({movesData: false, options: endpoint, check: checkEndpoint});

/** Reports an endpoint that is not in a slot from which it can be taken. */
export function checkSlot({device}: {readonly device: string}, scene: Scene): void {
  checkEndpoint({device}, scene);
  if (!scene.hotplug)
    scene.report([], 'the slots of the topology do not hot-plug', 'give it "hotplug: true"');
  else if (scene.devices[device] !== undefined && scene.devices[device].on === undefined)
    scene.report([], `"${device}" is in no slot: it is part of the root complex`);
}

/** Pulls a device out of its slot: the host asks for it, and the guest lets go of it. */
export const unplug = verb({movesData: false, options: endpoint, check: checkSlot});

/** Puts a device that was unplugged back into its slot. */
export const plug = verb({
  movesData: false,
  options: endpoint,
  check({device}, scene) {
    checkSlot({device}, scene);
    const spec = scene.devices[device];
    if (spec?.type === 'nvme' && spec.disk !== undefined)
      scene.report([], `"${device}" has a disk, which QEMU does not plug back`, 'plug a device without one');
  },
});

/** Reports a device that is no NVMe controller. */
export function checkController({device}: {readonly device: string}, scene: Scene): void {
  const type = checkDevice(scene, [], device)?.type;
  if (type !== undefined && type !== 'nvme') scene.report([], `"${device}" is no NVMe controller`);
}

/** Resets an NVMe controller, as its driver does when a command has timed out. */
export const reset = verb({movesData: false, options: endpoint, check: checkController});
