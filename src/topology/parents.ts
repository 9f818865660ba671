// SPDX-License-Identifier: MIT
import type {Problem} from '../spec/problems.ts';
import {didYouMean} from '../spec/suggest.ts';
import type {DeviceSpec, TopologySpec} from '../spec/topology.ts';
import type {Located} from '../spec/yaml.ts';
import {platforms} from './platform.ts';

/** Whether devices can sit below this one. */
export function hasBus({type}: DeviceSpec): boolean {
  return type === 'root-port' || type === 'switch';
}

/** What is wrong with the devices' `on:`: every device must lead to the root complex through ports. */
export function parentProblems(located: Located<TopologySpec>): readonly Problem[] {
  const {devices} = located.value;
  const problems: Problem[] = [];
  const report = (id: string, text: string, hint: string) => {
    problems.push(located.problem(['devices', id, 'on'], text, {hint}));
  };
  const own = platforms[located.value.machine].ownPort !== undefined;
  for (const [id, device] of Object.entries(devices)) {
    const {on, type} = device;
    if (on === undefined && own && type !== 'root-port') {
      const text = `"${id}" is on the root complex, which has nothing but a root port on ${located.value.machine}`;
      problems.push(located.problem(['devices', id], text, {part: 'key', hint: 'give "on" of a root port'}));
      continue;
    }
    if (own && type === 'root-port' && device.acs !== undefined) {
      const text = `the root port of ${located.value.machine} has no ACS`;
      problems.push(located.problem(['devices', id, 'acs'], text, {hint: 'drop "acs"'}));
    }
    if (on === undefined) {
      if (type === 'switch')
        report(id, `switch "${id}" hangs nowhere`, 'put it on a root port or a switch: "on: …"');
      continue;
    }
    const parent = Object.hasOwn(devices, on) ? devices[on] : undefined;
    if (type === 'root-port') {
      report(id, `root port "${id}" is on "${on}"`, 'a root port is on the root complex: drop "on"');
    } else if (parent === undefined) {
      const buses = Object.keys(devices).filter(
        (other) => other !== id && hasBus(devices[other] as DeviceSpec),
      );
      report(id, `there is no device "${on}"`, didYouMean(on, buses));
    } else if (!hasBus(parent)) {
      report(
        id,
        `"${on}" is an endpoint (${parent.type}): nothing can be on it`,
        'name a root port or a switch',
      );
    } else if (isAboveItself(devices, id)) {
      report(id, `"${id}" is below itself`, 'a tree of switches begins at a root port');
    }
  }
  return problems;
}

function isAboveItself(devices: TopologySpec['devices'], id: string): boolean {
  const seen = new Set<string>();
  let above = devices[id]?.on;
  while (above !== undefined && !seen.has(above)) {
    if (above === id) return true;
    seen.add(above);
    above = Object.hasOwn(devices, above) ? devices[above]?.on : undefined;
  }
  return false;
}
