// SPDX-License-Identifier: MIT
import type {Problem} from '../spec/problems.ts';
import {functionOf, type TopologySpec} from '../spec/topology.ts';
import type {Located} from '../spec/yaml.ts';
import {hasBus} from './parents.ts';
import {type Platform, platforms} from './platform.ts';

/** The device numbers of a platform's root complex that topologies can have. */
export function rootSlots({ownPort, reservedSlots}: Platform): readonly number[] {
  if (ownPort !== undefined) return [0];
  return allSlots.filter((slot) => !reservedSlots.includes(slot));
}

const allSlots: readonly number[] = Array.from({length: 32}, (_, slot) => slot);

/** Each device's number on the bus above it; below a switch: of its downstream port. */
export type Slots = ReadonlyMap<string, number>;

/** Gives every device a slot: the one it asks for, else the next that is free; and says what does not fit. */
export function assignSlots(located: Located<TopologySpec>): {slots: Slots; problems: readonly Problem[]} {
  const buses = [undefined, ...Object.keys(located.value.devices)].map((parent) =>
    assignBus(located, parent),
  );
  return {
    slots: new Map(buses.flatMap(({slots}) => [...slots])),
    problems: buses.flatMap(({problems}) => problems),
  };
}

/** Gives the devices on one bus their slots. The functions of a slot all name it, where there are several. */
function assignBus(
  located: Located<TopologySpec>,
  parent: string | undefined,
): ReturnType<typeof assignSlots> {
  const {devices} = located.value;
  const type = parent === undefined ? undefined : devices[parent]?.type;
  const here = Object.entries(devices).flatMap(([id, device]) => {
    if (device.on !== parent) return [];
    const wanted = device.slot ?? (type === 'root-port' ? 0 : undefined);
    return [{id, device, wanted, fn: functionOf(device)}];
  });
  const free = freeSlots(type, platforms[located.value.machine]);
  const slots = new Map<string, number>();
  const problems: Problem[] = [];
  const report = (id: string, key: string, text: string, hint?: string): void => {
    problems.push(located.problem(['devices', id, key], text, {hint}));
  };
  const occupant = (slot: number, fn: number): (typeof here)[number] | undefined =>
    here.find((other) => slots.get(other.id) === slot && other.fn === fn);

  for (const {id, device, wanted, fn} of here) {
    if (wanted === undefined) continue;
    const other = occupant(wanted, fn)?.id;
    if (other !== undefined && device.slot === undefined) {
      report(id, 'on', full(parent, type, other), 'functions of one slot have a "function" each');
    } else if (other !== undefined) {
      report(id, 'slot', `slot ${wanted} has "${other}" in it already`);
    } else if (!free.includes(wanted)) {
      report(id, 'slot', unfit(type, wanted));
    }
    slots.set(id, wanted);
  }
  for (const {id, wanted, fn} of here.filter((device) => device.fn > 0)) {
    const first = wanted === undefined ? undefined : occupant(wanted, 0);
    if (wanted === undefined) {
      report(id, 'function', `"${id}" is function ${fn} of no slot`, 'give the "slot" of its function 0 too');
    } else if (first === undefined) {
      report(
        id,
        'function',
        `slot ${wanted} has no function 0`,
        'Linux looks for no other where that is missing',
      );
    } else if (hasBus(first.device)) {
      report(
        id,
        'function',
        `function 0 of slot ${wanted} is a bridge: "${first.id}"`,
        'endpoints share a slot',
      );
    } else if (first.device.type === 'igb' && parent !== undefined) {
      // By ARI one function names the next, and QEMU's igb names none: drivers/pci/probe.c, next_ari_fn.
      report(
        id,
        'function',
        `function 0 of slot ${wanted} is an igb, which hides the others: "${first.id}"`,
        'make another device function 0',
      );
    }
  }
  for (const {id} of here.filter(({wanted, fn}) => wanted === undefined && fn === 0)) {
    const slot = free.find((candidate) => ![...slots.values()].includes(candidate));
    if (slot !== undefined) {
      slots.set(id, slot);
    } else if (parent === undefined) {
      const {machine, ownPort} = platforms[located.value.machine];
      const hint = ownPort === undefined ? undefined : `${machine} has one root port: put a switch below it`;
      problems.push(located.problem(['devices', id], full(parent, type), {part: 'key', hint}));
    } else {
      report(id, 'on', full(parent, type));
    }
  }
  return {slots, problems};
}

function freeSlots(parent: string | undefined, platform: Platform): readonly number[] {
  if (parent === 'root-port') return [0];
  return parent === undefined ? rootSlots(platform) : allSlots;
}

function unfit(parent: string | undefined, slot: number): string {
  return parent === 'root-port'
    ? 'a root port has one slot: 0'
    : `slot ${slot} of the root complex is the machine's or the lab's own`;
}

function full(id: string | undefined, type: string | undefined, occupant = ''): string {
  if (id === undefined) return 'the root complex has no slot left';
  return type === 'root-port'
    ? `root port "${id}" has one slot, and "${occupant}" is in it`
    : `switch "${id}" has all of its 32 downstream ports in use`;
}
