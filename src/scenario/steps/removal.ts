// SPDX-License-Identifier: MIT
import {HostError} from '../../base/errors.ts';
import type {Guest} from '../../guest/guest.ts';
import {until} from '../../guest/within.ts';
import type {Removal} from '../../spec/steps/removal.ts';
import {nodeOf, type Topology} from '../../topology/model.ts';
import {plugLine} from '../../topology/qemu.ts';
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

/** QEMU presses the slot's button; the guest does not wait its five seconds, but powers the slot off. */
function unplugCommand(id: string, topology: Topology): GuestCommand {
  return {
    words: ['p2p', 'power-off', nodeOf(topology, id).bdf],
    exit: 0,
    before: async ({qmp}) => {
      await qmp.execute('device_del', {id});
    },
    after: async (guest) => {
      await until(
        async () => !(await isPlugged(guest, id)),
        {milliseconds: unplugLimitMs, what: `QEMU to let go of ${id}`, everyMs: 20},
        guest.clock,
      );
    },
  };
}

/**
 * Whether QEMU has a device on its bus. DEVICE_DELETED would not tell: it comes with the last reference to the
 * device, and `info mtree` keeps one.
 */
export async function isPlugged({qmp}: Guest, device: string): Promise<boolean> {
  return readQueryPci(await qmp.execute('query-pci'))?.some(({id}) => id === device) === true;
}

/** Puts a device back and waits until it has its driver. */
export function plugCommand(id: string, topology: Topology): GuestCommand {
  const node = nodeOf(topology, id);
  return {
    words: ['p2p', 'await', node.bdf],
    exit: 0,
    before: async ({qmp}) => {
      const said = node.kind === 'endpoint' ? await qmp.monitor(plugLine(node, topology)) : '';
      if (said.trim() !== '') throw new HostError(`QEMU does not plug ${id}: ${said.trim()}`);
    },
  };
}

/** Types of devices that a module of the lab makes providers of. */
const providedBy: Readonly<Record<string, string>> = {bochs_p2pmem: 'bochs-display'};

/** Whether a device's memory goes away by this: then it has to wait for whoever uses the memory. */
export function takesMemory(what: Removal, device: string, topology: Topology): boolean {
  if (device === 'host-memory' || what.kind === 'reset') return false;
  if (what.kind !== 'unload') return what.device === device;
  return providedBy[what.module] === nodeOf(topology, device).type;
}

/** A removal in words: `unbind of cmb`. */
export function removalTitle(what: Removal): string {
  return `${what.kind} of ${what.kind === 'unload' ? what.module : what.device}`;
}
