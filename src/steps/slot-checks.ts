// SPDX-License-Identifier: MIT
import {setTimeout as pause} from 'node:timers/promises';
import {readTree, treeCommand} from '../guest/protocol/tree.ts';
import {checkAgainstGuest, checkAgainstQemu} from '../topology/check-tree.ts';
import {unitOf, without} from '../topology/slot.ts';
import {check, type Check} from '../verdict/check.ts';
import {pluggedOf} from './removal.ts';
import type {SlotChange, StepScene} from './verb.ts';

/** How long the guest may take to find all that was plugged in: a driver need not be there for it. */
const findLimitMs = 15_000;

/** What was unplugged or plugged in, and nothing else, must have gone or come: for QEMU and for the guest. */
export async function slotChecks(
  change: SlotChange,
  scene: Pick<StepScene, 'guest' | 'topology' | 'unplugged'>,
): Promise<readonly Check[]> {
  const {guest, topology} = scene;
  const unit = unitOf(topology, change.device).map(({id}) => id);
  const there = await pluggedOf(guest, unit);
  const slot = check(
    'slot',
    there.length === (change.to === 'full' ? unit.length : 0),
    'host',
    there.length === 0
      ? {code: 'slot-empty', parameters: {devices: unit}}
      : there.length === unit.length
        ? {code: 'slot-occupied', parameters: {devices: there}}
        : {code: 'slot-partly-occupied', parameters: {devices: there, expected: unit}},
  );
  const wanted = without(topology, unpluggedAfter(change, scene));
  const end = performance.now() + findLimitMs;
  let differences = await treeDifferences(guest, wanted);
  while (differences.length > 0 && performance.now() < end) {
    await pause(100);
    differences = await treeDifferences(guest, wanted);
  }
  const [first] = differences;
  const tree = check(
    'tree',
    first === undefined,
    'host',
    first === undefined
      ? {code: 'tree-matches', parameters: {}}
      : {code: 'tree-differs', parameters: {difference: first}},
  );
  return [slot, tree];
}

/** Which functions are unplugged once this step is done. */
export function unpluggedAfter(
  {device, to}: SlotChange,
  {topology, unplugged}: Pick<StepScene, 'topology' | 'unplugged'>,
): ReadonlySet<string> {
  const unit = unitOf(topology, device).map(({id}) => id);
  return to === 'empty'
    ? new Set([...unplugged, ...unit])
    : new Set([...unplugged].filter((id) => !unit.includes(id)));
}

async function treeDifferences(
  guest: StepScene['guest'],
  topology: StepScene['topology'],
): Promise<readonly string[]> {
  const [answer, tree] = await Promise.all([guest.qmp.execute('query-pci'), guest.run(treeCommand)]);
  // While functions come and go the tool may fail; what it prints when it does not must be readable.
  const seen = tree.code === 0 ? readTree(tree) : undefined;
  return [...checkAgainstQemu(topology, answer), ...checkAgainstGuest(topology, seen)];
}
