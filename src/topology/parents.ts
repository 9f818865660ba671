// SPDX-License-Identifier: MIT
import type {Problem} from '../spec/problems.ts';
import {didYouMean} from '../spec/suggest.ts';
import {platformOf} from '../devices/machines/registry.ts';
import {attachmentOf, conventionalTypes, isBridge, isConventional, isRootPort} from '../devices/roles.ts';
import type {DeviceSpec} from '../spec/device.ts';
import type {TopologySpec} from '../spec/topology-spec.ts';
import type {Located} from '../spec/yaml.ts';

/** What is wrong with the devices' `on:`: every device must lead to the root complex through ports. */
export function parentProblems(located: Located<TopologySpec>): readonly Problem[] {
  const {devices} = located.value;
  const problems: Problem[] = [];
  const report = (id: string, text: string, hint: string) => {
    problems.push(located.problem(['devices', id, 'on'], text, {hint}));
  };
  const own = platformOf(located.value.machine).ownPort !== undefined;
  for (const [id, device] of Object.entries(devices)) {
    const {on, type} = device;
    if (attachmentOf(device) === 'bus' && located.value.iommu !== undefined) {
      // PCI Express to PCI/PCI-X Bridge Specification 1.0, 2.3: the secondary bus, device 0, function 0.
      const text = `what is on "${id}" has one requester ID for an IOMMU, which names no device in a trace`;
      problems.push(located.problem(['devices', id], text, {part: 'key', hint: 'drop "iommu"'}));
    }
    if (on === undefined && own && !isRootPort(device)) {
      const text = `"${id}" is on the root complex, which has nothing but a root port on ${located.value.machine}`;
      problems.push(located.problem(['devices', id], text, {part: 'key', hint: 'give "on" of a root port'}));
      continue;
    }
    if (own && isRootPort(device) && 'acs' in device && device.acs !== undefined) {
      const text = `the root port of ${located.value.machine} has no ACS`;
      problems.push(located.problem(['devices', id, 'acs'], text, {hint: 'drop "acs"'}));
    }
    if (on === undefined) {
      if (isBridge(device) && !isRootPort(device))
        report(id, `${type} "${id}" hangs nowhere`, 'put it on a root port or a switch: "on: …"');
      continue;
    }
    const parent = Object.hasOwn(devices, on) ? devices[on] : undefined;
    if (isRootPort(device)) {
      report(id, `root port "${id}" is on "${on}"`, 'a root port is on the root complex: drop "on"');
    } else if (parent === undefined) {
      const buses = Object.keys(devices).filter(
        (other) => other !== id && isBridge(devices[other] as DeviceSpec),
      );
      report(id, `there is no device "${on}"`, didYouMean(on, buses));
    } else if (!isBridge(parent)) {
      report(
        id,
        `"${on}" is an endpoint (${parent.type}): nothing can be on it`,
        'name a root port or a switch',
      );
    } else if (attachmentOf(parent) === 'bus' && !isConventional(device)) {
      const hint = `a conventional bus takes ${conventionalTypes.join(', ')}`;
      report(id, `a ${type} cannot be on "${on}", a conventional PCI bus`, hint);
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
