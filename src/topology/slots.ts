// SPDX-License-Identifier: MIT
import type {Problem} from '../spec/problems.ts';
import type {TopologySpec} from '../spec/topology.ts';
import type {Located} from '../spec/yaml.ts';

/** Device numbers on the root complex that are not a topology's: the host bridge's, the lab's own, the ICH9's. */
export const labSlots = {hostBridge: 0, panicDevice: 0x1c, controlNic: 0x1d, ich9: 0x1f} as const;

/** The device numbers of the root complex that topologies cannot have. */
export const reservedSlots: readonly number[] = [0, 0x1c, 0x1d, 0x1e, 0x1f];

/** Each device's number on the bus above it; below a switch: of its downstream port. */
export type Slots = ReadonlyMap<string, number>;

/** Gives every device a slot: the one it asks for, else the next that is free; and says what does not fit. */
export function assignSlots(located: Located<TopologySpec>): {slots: Slots; problems: readonly Problem[]} {
  const {devices} = located.value;
  const slots = new Map<string, number>();
  const problems: Problem[] = [];
  for (const parent of [undefined, ...Object.keys(devices)]) {
    const ids = Object.keys(devices).filter((id) => devices[id]?.on === parent);
    const type = parent === undefined ? undefined : devices[parent]?.type;
    const owners = new Map<number, string>();
    const free = freeSlots(type);
    for (const id of ids) {
      const slot = devices[id]?.slot;
      if (slot === undefined) continue;
      const owner = owners.get(slot);
      const text = owner === undefined ? unfit(type, slot) : `slot ${slot} has "${owner}" in it already`;
      if (text !== undefined) problems.push(located.problem(['devices', id, 'slot'], text));
      owners.set(slot, owner ?? id);
      slots.set(id, slot);
    }
    for (const id of ids.filter((other) => devices[other]?.slot === undefined)) {
      const slot = free.find((candidate) => !owners.has(candidate));
      if (slot === undefined) {
        const part = parent === undefined ? ['devices', id] : ['devices', id, 'on'];
        problems.push(
          located.problem(part, full(parent, type, owners), {part: parent === undefined ? 'key' : 'value'}),
        );
        continue;
      }
      owners.set(slot, id);
      slots.set(id, slot);
    }
  }
  return {slots, problems};
}

function freeSlots(parent: string | undefined): readonly number[] {
  if (parent === 'root-port') return [0];
  const all = Array.from({length: 32}, (_, slot) => slot);
  return parent === undefined ? all.filter((slot) => !reservedSlots.includes(slot)) : all;
}

function unfit(parent: string | undefined, slot: number): string | undefined {
  if (freeSlots(parent).includes(slot)) return undefined;
  return parent === 'root-port'
    ? 'a root port has one slot: 0'
    : `slot ${slot} of the root complex is the machine's or the lab's own`;
}

function full(id: string | undefined, type: string | undefined, owners: ReadonlyMap<number, string>): string {
  if (id === undefined) return 'the root complex has no slot left';
  return type === 'root-port'
    ? `root port "${id}" has one slot, and "${owners.get(0) ?? ''}" is in it`
    : `switch "${id}" has all of its 32 downstream ports in use`;
}
