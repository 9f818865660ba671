// SPDX-License-Identifier: MIT
import type {Problem} from '../spec/problems.ts';
import {functionOf, type TopologySpec} from '../spec/topology.ts';
import type {Located} from '../spec/yaml.ts';
import {platforms} from './platform.ts';
import type {Slots} from './slots.ts';

/** Where an igb has its virtual functions, used or not: QEMU, hw/net/igb.c and hw/pci/pcie_sriov.c. */
const igb = {offset: 0x80, stride: 2, count: 8} as const;

/**
 * What is wrong with igbs: QEMU gives each one eight virtual functions on its own bus, at fixed distances, and ends
 * when one of them has no place.
 */
export function virtualFunctionProblems(located: Located<TopologySpec>, slots: Slots): readonly Problem[] {
  const {devices} = located.value;
  const placed = Object.entries(devices).flatMap(([id, device]) => {
    const slot = slots.get(id);
    if (slot === undefined) return [];
    // Below a switch each slot is a port with a bus of its own.
    const ownBus = device.on !== undefined && devices[device.on]?.type === 'switch';
    const bus = ownBus ? `${device.on}.${slot}` : (device.on ?? '');
    return [{id, type: device.type, bus, devfn: (ownBus ? 0 : slot * 8) + functionOf(device)}];
  });
  const problems: Problem[] = [];
  for (const [index, {id, type, bus, devfn}] of placed.entries()) {
    if (type !== 'igb') continue;
    const own = virtualOf(devfn);
    const report = (text: string, hint: string): void => {
      problems.push(located.problem(['devices', id], text, {part: 'key', hint}));
    };
    const {reservedSlots} = platforms[located.value.machine];
    if (own.some((virtual) => virtual > 0xff || (bus === '' && reservedSlots.includes(virtual >> 3)))) {
      report(`the virtual functions of igb "${id}" have no place on its bus`, 'put it on a root port');
      continue;
    }
    for (const other of placed.filter((one) => one.bus === bus && one.id !== id)) {
      if (own.includes(other.devfn)) {
        report(
          `a virtual function of igb "${id}" is where "${other.id}" is`,
          'put one of them elsewhere: QEMU gives an igb eight virtual functions, from 128 functions behind it on',
        );
      }
    }
    const earlier = placed.slice(0, index).find((one) => {
      return one.type === 'igb' && one.bus === bus && virtualOf(one.devfn).some((vf) => own.includes(vf));
    });
    if (earlier !== undefined) {
      report(
        `igb "${id}" and igb "${earlier.id}" have virtual functions at the same places`,
        'a slot has room for two igbs, one an even and one an odd function: put the others on other ports',
      );
    }
  }
  return problems;
}

function virtualOf(devfn: number): readonly number[] {
  return Array.from({length: igb.count}, (_, index) => devfn + igb.offset + index * igb.stride);
}
