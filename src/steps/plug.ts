// SPDX-License-Identifier: MIT
import {HostError} from '../base/errors.ts';
import {diskOf} from '../devices/roles.ts';
import type {Guest} from '../guest/guest.ts';
import {inSlotOf} from '../spec/slot-members.ts';
import type {Topology} from '../topology/model.ts';
import {plugLine} from '../topology/qemu.ts';
import {hasSwitch, slotOf, unitOf} from '../topology/slot.ts';
import {exitChecks} from './calls.ts';
import type {GuestCommand} from './guest-command.ts';
import {checkSlot, endpoint} from './endpoint.ts';
import {checkKnown} from './scene.ts';
import {slotChecks} from './slot-checks.ts';
import {verb} from './verb.ts';

export const plug = verb({
  movesData: false,
  example: 'cmb',
  options: endpoint.describe('Plugs everything that was unplugged with a device back into its slot.'),
  check({device}, scene) {
    if (checkKnown(scene, [], device) === undefined) return;
    checkSlot({device}, scene);
    const unit = inSlotOf(scene.devices, device);
    const present = unit.find((id) => !scene.unplugged.has(id));
    if (present !== undefined) scene.report([], `"${present}" is not unplugged`, '"unplug" it first');
    const drive = unit.find((id) => {
      const spec = scene.devices[id];
      return spec !== undefined && diskOf(spec) !== undefined;
    });
    if (drive !== undefined)
      scene.report([], `"${drive}" has a disk, which QEMU does not plug back`, 'plug a device without one');
  },
  title: ({device}) => `plug ${device}`,
  commands: ({device}, topology) => plugCommands(device, topology),
  slotChange: ({device}) => ({device, to: 'full'}),
  checks: async ({device}, {commands, guest}, scene) => [
    ...exitChecks(commands, guest),
    ...(await slotChecks({device, to: 'full'}, scene)),
  ],
  passed({device}, {prototypes}) {
    prototypes.bound(device);
    return Promise.resolve([]);
  },
  // A switch is plugged in port by port, which stock QEMU does not do.
  reasonToSkipRun: ({device}, topology) =>
    topology.routed || !hasSwitch(unitOf(topology, device))
      ? undefined
      : {code: 'switch-not-pluggable', subject: device, parameters: {}},
});

/**
 * Puts all back that goes in and out with a function, and waits until each endpoint has its driver. The guest must
 * not look before all of it is there: it takes a slot for complete once function 0 is in it (hw/pci/pcie.c,
 * pcie_cap_slot_plug_cb), so that comes last; and it is told of no port that comes to a switch later, so it stands
 * still meanwhile.
 */
function plugCommands(id: string, topology: Topology): readonly GuestCommand[] {
  const unit = unitOf(topology, id);
  const [first] = slotOf(topology, id);
  const stops = hasSwitch(unit);
  // What is below a function comes after it.
  const order = stops
    ? unit
    : [...unit.filter((node) => node !== first), ...(first === undefined ? [] : [first])];
  const plugAll = async ({qmp}: Guest): Promise<void> => {
    if (stops) await qmp.execute('stop');
    for (const node of order) {
      const said = await qmp.monitor(plugLine(node, topology));
      if (said.trim() !== '') throw new HostError(`QEMU does not plug ${node.id}: ${said.trim()}`);
    }
    if (stops) await qmp.execute('cont');
  };
  return unit
    .filter(({kind}) => kind === 'endpoint')
    .map(({bdf}, index): GuestCommand => {
      return {words: ['p2p', 'await', bdf], exit: 0, ...(index === 0 && {before: plugAll})};
    });
}
