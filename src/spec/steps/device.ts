// SPDX-License-Identifier: MIT
import {deviceId} from '../names.ts';
import {inSlotOf} from '../slot.ts';
import {checkDevice, checkKnown, type Scene} from './scene.ts';
import {verb} from './verb.ts';

/** A device's id; a bridge keeps its driver. */
const endpoint = deviceId.transform((device) => ({device}));

function checkEndpoint({device}: {readonly device: string}, scene: Scene): void {
  const type = checkDevice(scene, [], device)?.type;
  if (type === 'root-port' || type === 'switch') {
    scene.report([], `"${device}" is a bridge`, 'name an endpoint below it');
  }
}

export const unbind = verb({
  movesData: false,
  options: endpoint.describe('Unbinds a device from its driver.'),
  check: checkEndpoint,
});

export const bind = verb({
  movesData: false,
  options: endpoint.describe('Has the kernel probe drivers for a device that has none.'),
  check: checkEndpoint,
});

/** Reports what is not in a slot from which it can be taken: an endpoint is, and a switch. */
export function checkSlot({device}: {readonly device: string}, scene: Scene): void {
  if (scene.devices[device]?.type === 'root-port')
    scene.report([], `"${device}" is part of the root complex`, 'name what is in its slot');
  else if (!scene.hotplug)
    scene.report([], 'the slots of the topology do not hot-plug', 'give it "hotplug: true"');
  else if (scene.devices[device] !== undefined && scene.devices[device].on === undefined)
    scene.report([], `"${device}" is in no slot: it is part of the root complex`);
}

export const unplug = verb({
  movesData: false,
  options: endpoint.describe(
    'Unplugs the slot of a device, with all of its functions; a switch with everything below it. The host asks for it, and the guest releases the slot.',
  ),
  check({device}, scene) {
    if (checkDevice(scene, [], device) !== undefined) checkSlot({device}, scene);
  },
});

export const plug = verb({
  movesData: false,
  options: endpoint.describe('Plugs everything that was unplugged with a device back into its slot.'),
  check({device}, scene) {
    if (checkKnown(scene, [], device) === undefined) return;
    checkSlot({device}, scene);
    const unit = inSlotOf(scene.devices, device);
    const present = unit.find((id) => !scene.unplugged.has(id));
    if (present !== undefined) scene.report([], `"${present}" is not unplugged`, '"unplug" it first');
    const drive = unit.find((id) => {
      const spec = scene.devices[id];
      return spec?.type === 'nvme' && spec.disk !== undefined;
    });
    if (drive !== undefined)
      scene.report([], `"${drive}" has a disk, which QEMU does not plug back`, 'plug a device without one');
  },
});

/** Reports a device that is no NVMe controller. */
export function checkController({device}: {readonly device: string}, scene: Scene): void {
  const type = checkDevice(scene, [], device)?.type;
  if (type !== undefined && type !== 'nvme') scene.report([], `"${device}" is no NVMe controller`);
}

export const reset = verb({
  movesData: false,
  options: endpoint.describe('Resets an NVMe controller, as its driver does after a timeout.'),
  check: checkController,
});
