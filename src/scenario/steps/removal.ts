// SPDX-License-Identifier: MIT
import {HostError} from '../../base/errors.ts';
import type {Guest} from '../../guest/guest.ts';
import {until} from '../../guest/within.ts';
import type {Removal} from '../../spec/steps/removal.ts';
import {nodeOf, type Topology} from '../../topology/model.ts';
import {plugLine} from '../../topology/qemu.ts';
import {hasSwitch, slotOf, unitOf} from '../../topology/slot.ts';
import {readQueryPci} from '../../topology/seen.ts';
import type {GuestCommand} from './command.ts';

const unplugLimitMs = 20_000;

/** What the guest and the host do to take a device or a module away, or to begin it anew. */
export function removalCommand(what: Removal, topology: Topology, exit = 0): GuestCommand {
  switch (what.kind) {
    case 'unload':
      return {words: ['p2p', 'unload', what.module], exit};
    case 'unbind':
    case 'reset':
      return {words: ['p2p', what.kind, nodeOf(topology, what.device).bdf], exit};
    case 'unplug':
      return unplugCommand(what.device, topology);
  }
}

/**
 * QEMU presses the slot's button; the guest does not wait its five seconds, but powers the slot off. With it go all
 * functions of the slot and what is below them.
 */
function unplugCommand(id: string, topology: Topology): GuestCommand {
  const [first] = slotOf(topology, id);
  const unit = unitOf(topology, id).map((node) => node.id);
  return {
    words: ['p2p', 'power-off', first?.bdf ?? ''],
    exit: 0,
    before: async ({qmp}) => {
      await qmp.execute('device_del', {id: first?.id ?? id});
    },
    after: async (guest) => {
      await until(
        async () => (await pluggedOf(guest, unit)).length === 0,
        {milliseconds: unplugLimitMs, what: `QEMU to let go of ${unit.join(', ')}`, everyMs: 20},
        guest.clock,
      );
    },
  };
}

/**
 * Which of some functions QEMU has on its buses. DEVICE_DELETED would not tell: it comes with the last reference to
 * the device, and `info mtree` keeps one.
 */
export async function pluggedOf({qmp}: Guest, ids: readonly string[]): Promise<readonly string[]> {
  const there = new Set(readQueryPci(await qmp.execute('query-pci'))?.map(({id}) => id));
  return ids.filter((id) => there.has(id));
}

/**
 * Puts all back that goes in and out with a function, and waits until each endpoint has its driver. The guest must
 * not look before all of it is there: it takes a slot for complete once function 0 is in it (hw/pci/pcie.c,
 * pcie_cap_slot_plug_cb), so that comes last; and it is told of no port that comes to a switch later, so it stands
 * still meanwhile.
 */
export function plugCommands(id: string, topology: Topology): readonly GuestCommand[] {
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

/** Types of devices that a module of the lab makes providers of. */
const providedBy: Readonly<Record<string, string>> = {bochs_p2pmem: 'bochs-display'};

/** Whether a device's memory goes away by this: then it has to wait for whoever uses the memory. */
export function takesMemory(what: Removal, device: string, topology: Topology): boolean {
  if (device === 'host-memory' || what.kind === 'reset') return false;
  if (what.kind === 'unplug') return unitOf(topology, what.device).some((node) => node.id === device);
  if (what.kind !== 'unload') return what.device === device;
  return providedBy[what.module] === nodeOf(topology, device).type;
}

/** A removal in words: `unbind of cmb`. */
export function removalTitle(what: Removal): string {
  return `${what.kind} of ${what.kind === 'unload' ? what.module : what.device}`;
}
