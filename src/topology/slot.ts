// SPDX-License-Identifier: MIT
import {childrenOf, type Node, nodeOf, pathToRoot, type Topology} from './model.ts';

/** The functions in the slot that a function is in: one goes with all of them. Function 0 is the first. */
export function slotOf(topology: Topology, id: string): readonly Node[] {
  const {parent, device} = nodeOf(topology, id);
  return childrenOf(topology, parent)
    .filter((node) => node.device === device)
    .toSorted((a, b) => a.function - b.function);
}

/** All that goes when a function is unplugged, and comes when it is plugged in: its slot and what is below. */
export function unitOf(topology: Topology, id: string): readonly Node[] {
  const slot = slotOf(topology, id);
  return topology.nodes.filter((node) => pathToRoot(topology, node.id).some((above) => slot.includes(above)));
}

/** Whether it is more than functions of endpoints: QEMU plugs a switch in with lab/qemu/routed only. */
export function hasSwitch(unit: readonly Node[]): boolean {
  return unit.some(({kind}) => kind === 'upstream-port');
}

/** The topology without some of its functions: as a machine must be while they are unplugged. */
export function without(topology: Topology, ids: ReadonlySet<string>): Topology {
  if (ids.size === 0) return topology;
  return Object.freeze({...topology, nodes: Object.freeze(topology.nodes.filter(({id}) => !ids.has(id)))});
}
