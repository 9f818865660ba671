// SPDX-License-Identifier: MIT
import type {Problem} from '../spec/problems.ts';
import type {VirtualFunctions} from '../devices/device-type.ts';
import {platformOf} from '../devices/machines/registry.ts';
import {endpointTypeOf} from '../devices/registry.ts';
import {attachmentOf} from '../devices/roles.ts';
import {functionOf} from '../spec/device.ts';
import type {TopologySpec} from '../spec/topology-spec.ts';
import type {Located} from '../spec/yaml.ts';
import type {Slots} from './slots.ts';

/**
 * What is wrong with devices that have virtual functions: QEMU gives each one all of them on its own bus, at fixed
 * distances, and ends when one of them has no place.
 */
export function virtualFunctionProblems(located: Located<TopologySpec>, slots: Slots): readonly Problem[] {
  const {devices} = located.value;
  const placed = Object.entries(devices).flatMap(([id, device]) => {
    const slot = slots.get(id);
    if (slot === undefined) return [];
    // Below a switch each slot is a port with a bus of its own.
    const ownBus = device.on !== undefined && attachmentOf(devices[device.on]) === 'ports';
    const bus = ownBus ? `${device.on}.${slot}` : (device.on ?? '');
    const virtual = endpointTypeOf(device.type)?.virtualFunctions;
    return [{id, type: device.type, virtual, bus, devfn: (ownBus ? 0 : slot * 8) + functionOf(device)}];
  });
  const problems: Problem[] = [];
  for (const [index, {id, type, virtual, bus, devfn}] of placed.entries()) {
    if (virtual === undefined) continue;
    const own = virtualOf(devfn, virtual);
    const report = (text: string, hint: string): void => {
      problems.push(located.problem(['devices', id], text, {part: 'key', hint}));
    };
    const {reservedSlots} = platformOf(located.value.machine);
    if (own.some((vf) => vf > 0xff || (bus === '' && reservedSlots.includes(vf >> 3)))) {
      report(`the virtual functions of ${type} "${id}" have no place on its bus`, 'put it on a root port');
      continue;
    }
    for (const other of placed.filter((one) => one.bus === bus && one.id !== id)) {
      if (own.includes(other.devfn)) {
        report(
          `a virtual function of ${type} "${id}" is where "${other.id}" is`,
          'put one of them elsewhere: QEMU gives an igb eight virtual functions, from 128 functions behind it on',
        );
      }
    }
    const earlier = placed.slice(0, index).find((one) => {
      return (
        one.virtual !== undefined &&
        one.bus === bus &&
        virtualOf(one.devfn, one.virtual).some((vf) => own.includes(vf))
      );
    });
    if (earlier !== undefined) {
      report(
        `${type} "${id}" and ${earlier.type} "${earlier.id}" have virtual functions at the same places`,
        'a slot has room for two igbs, one an even and one an odd function: put the others on other ports',
      );
    }
  }
  return problems;
}

function virtualOf(devfn: number, {offset, stride, count}: VirtualFunctions): readonly number[] {
  return Array.from({length: count}, (_, index) => devfn + offset + index * stride);
}
