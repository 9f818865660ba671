// SPDX-License-Identifier: MIT
import {endpointsOf, type Topology} from '../../src/topology/model.ts';
import type {DeviceFiles} from '../../src/topology/qemu.ts';

/** Names for all files that a topology needs, in a folder. */
export function filesFor(topology: Topology, folder: string): DeviceFiles {
  const nodes = endpointsOf(topology);
  const names = (suffix: string, wanted: (node: (typeof nodes)[number]) => boolean) =>
    Object.fromEntries(nodes.filter(wanted).map(({id}) => [id, `${folder}/${id}.${suffix}`]));
  return {
    disks: names('disk', (node) => node.type === 'nvme' && node.disk !== undefined),
    pcaps: names('pcap', (node) => 'mac' in node),
    shared: names('memory', (node) => node.type === 'ivshmem'),
  };
}
