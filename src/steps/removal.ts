// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {memoryOf} from '../devices/roles.ts';
import type {Guest} from '../guest/guest.ts';
import {until} from '../guest/within.ts';
import {deviceId, moduleName} from '../spec/names.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import {readQueryPci} from '../topology/seen.ts';
import {slotOf, unitOf} from '../topology/slot.ts';
import type {GuestCommand} from './guest-command.ts';
import {checkController, checkSlot} from './endpoint.ts';
import {checkDevice, type Scene} from './scene.ts';
import type {SlotChange} from './verb.ts';

const unplugLimitMs = 20_000;

/** What is done to a device or a module while something else uses it. */
export type Removal =
  | {readonly kind: 'unbind' | 'unplug' | 'reset'; readonly device: string}
  | {readonly kind: 'unload'; readonly module: string};

/** One of `unbind: DEVICE`, `unplug: DEVICE`, `reset: DEVICE`, `unload: MODULE`. */
export const removal = z
  .strictObject({
    unbind: deviceId.describe('Unbinds this device from its driver.'),
    unplug: deviceId.describe('Unplugs the slot of this device.'),
    reset: deviceId.describe('Resets this NVMe controller.'),
    unload: moduleName.describe('Unloads this module.'),
  })
  .partial()
  .meta({minProperties: 1, maxProperties: 1})
  .transform(({unload, ...devices}, context): Removal => {
    if (context.issues.length > 0) return z.NEVER;
    const found: Removal[] = (['unbind', 'unplug', 'reset'] as const).flatMap((kind) => {
      const device = devices[kind];
      return device === undefined ? [] : [{kind, device}];
    });
    if (unload !== undefined) found.push({kind: 'unload', module: unload});
    const [one, second] = found;
    if (one !== undefined && second === undefined) return one;
    context.addIssue({
      code: 'custom',
      message: 'one thing is done meanwhile',
      params: {hint: 'write one of unbind, unplug, reset, unload'},
    });
    return z.NEVER;
  });

/** Reports what cannot be done to the topology's devices. */
export function checkRemoval(what: Removal | undefined, scene: Scene): void {
  if (what === undefined || what.kind === 'unload') return;
  const below: Scene = {
    ...scene,
    report: (path, text, hint) => {
      scene.report(['during', what.kind, ...path], text, hint);
    },
  };
  if (what.kind === 'unplug') {
    if (checkDevice(below, [], what.device) !== undefined) checkSlot(what, below);
  } else if (what.kind === 'reset') checkController(what, below);
  else checkDevice(below, [], what.device);
}

/** How the guest and the host remove a device or a module, or reset it. */
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

/** Whether a device's memory goes away by this: then it has to wait for whoever uses the memory. */
export function takesMemory(what: Removal, device: string, topology: Topology): boolean {
  if (device === 'host-memory' || what.kind === 'reset') return false;
  if (what.kind === 'unplug') return unitOf(topology, what.device).some((node) => node.id === device);
  if (what.kind !== 'unload') return what.device === device;
  return memoryOf(nodeOf(topology, device))?.provider.module === what.module;
}

/** A removal in words: `unbind of cmb`. */
export function removalTitle(what: Removal): string {
  return `${what.kind} of ${what.kind === 'unload' ? what.module : what.device}`;
}

/** The slot that a removal empties. */
export function slotEmptiedBy(what: Removal | undefined): SlotChange | undefined {
  return what?.kind === 'unplug' ? {device: what.device, to: 'empty'} : undefined;
}

/** A removal as the end of a step's title. */
export function meanwhile(what: Removal | undefined): string {
  return what === undefined ? '' : `, meanwhile ${removalTitle(what)}`;
}
