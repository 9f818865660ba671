// SPDX-License-Identifier: MIT
import {exitChecks} from './calls.ts';
import {checkSlot, endpoint} from './endpoint.ts';
import {removalCommand} from './removal.ts';
import {checkDevice} from './scene.ts';
import {slotChecks} from './slot-checks.ts';
import {verb} from './verb.ts';

export const unplug = verb({
  movesData: false,
  example: 'cmb',
  options: endpoint.describe(
    'Unplugs the slot of a device, with all of its functions; a switch with everything below it. The host asks for it, and the guest releases the slot.',
  ),
  check({device}, scene) {
    if (checkDevice(scene, [], device) !== undefined) checkSlot({device}, scene);
  },
  title: ({device}) => `unplug ${device}`,
  commands: ({device}, topology) => [removalCommand({kind: 'unplug', device}, topology)],
  slotChange: ({device}) => ({device, to: 'empty'}),
  checks: async ({device}, {commands, guest}, scene) => [
    ...exitChecks(commands, guest),
    ...(await slotChecks({device, to: 'empty'}, scene)),
  ],
});
