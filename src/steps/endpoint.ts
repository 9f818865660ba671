// SPDX-License-Identifier: MIT
import {attachmentOf, isBridge, isController, isRootPort} from '../devices/roles.ts';
import {deviceId} from '../spec/names.ts';
import {checkDevice, type Scene} from './scene.ts';

/** A device's id; a bridge keeps its driver. */
export const endpoint = deviceId.transform((device) => ({device}));

/** Reports a device that is a bridge. */
export function checkEndpoint({device}: {readonly device: string}, scene: Scene): void {
  const spec = checkDevice(scene, [], device);
  if (spec !== undefined && isBridge(spec)) {
    scene.report([], `"${device}" is a bridge`, 'name an endpoint below it');
  }
}

/** Reports what is not in a slot from which it can be taken: an endpoint is, and a switch. */
export function checkSlot({device}: {readonly device: string}, scene: Scene): void {
  const spec = scene.devices[device];
  if (spec !== undefined && isRootPort(spec))
    scene.report([], `"${device}" is part of the root complex`, 'name what is in its slot');
  else if (!scene.hotplug)
    scene.report([], 'the slots of the topology do not hot-plug', 'give it "hotplug: true"');
  else if (spec !== undefined && spec.on === undefined)
    scene.report([], `"${device}" is in no slot: it is part of the root complex`);
  else if (
    spec !== undefined &&
    [spec, scene.devices[spec.on ?? '']].some((each) => attachmentOf(each) === 'bus')
  )
    scene.report([], `"${device}" is part of a conventional PCI bus, which does not hot-plug`);
}

/** Reports a device that is no NVMe controller. */
export function checkController({device}: {readonly device: string}, scene: Scene): void {
  const spec = checkDevice(scene, [], device);
  if (spec !== undefined && !isController(spec)) scene.report([], `"${device}" is no NVMe controller`);
}
