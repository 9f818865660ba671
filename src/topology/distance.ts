// SPDX-License-Identifier: MIT
import {pathToRoot, type Topology} from './model.ts';

/**
 * How far two functions are apart, as Linux counts (drivers/pci/p2pdma.c, calc_map_type_and_dist): the ports
 * from each to the nearest function that is above, or is, both; without one, all the way to the root complex
 * on either side, both ends included.
 */
export function distance(topology: Topology, a: string, b: string): number {
  const fromA = pathToRoot(topology, a).map(({id}) => id);
  const fromB = pathToRoot(topology, b).map(({id}) => id);
  const common = fromA.find((id) => fromB.includes(id));
  if (common === undefined) return fromA.length + fromB.length;
  return fromA.indexOf(common) + fromB.indexOf(common);
}

/** The nearest function that is above, or is, both; `undefined` if only the root complex is above both. */
export function commonAncestor(topology: Topology, a: string, b: string): string | undefined {
  const fromB = new Set(pathToRoot(topology, b).map(({id}) => id));
  return pathToRoot(topology, a).find(({id}) => fromB.has(id))?.id;
}
