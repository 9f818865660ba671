// SPDX-License-Identifier: MIT
import {acsBits} from './acs.ts';
import {commonAncestor} from './distance.ts';
import {type Node, pathToRoot, type Topology} from './model.ts';

/** Up to the root complex, turned around by a bridge below it, or nowhere at all. */
export type RouteKind = 'upstream' | 'peer-to-peer' | 'blocked';

/** Which way a request takes, and which function turned it around or blocked it. */
export type Route =
  | {readonly route: 'upstream'; readonly by?: undefined}
  | {readonly route: 'peer-to-peer' | 'blocked'; readonly by: string};

/**
 * Which way requests of a device for an address in a peer's BAR take, if that is what they carry. The nearest
 * bridge above both hands them down, unless the port by which they come in has P2P Request Redirect on. Then
 * they go up; each port above on their way has the peer in its own window too, and blocks them, as an
 * Unsupported Request, unless its Upstream Forwarding is on (PCIe 6.0, 6.12.1.1). Functions of one device
 * reach each other within it: the port above does not see that (6.12.1.2).
 */
export function routeOf(topology: Topology, {initiator, target}: {initiator: string; target: string}): Route {
  const common = commonAncestor(topology, initiator, target);
  if (common === undefined) return {route: 'upstream'};
  const path = pathToRoot(topology, initiator);
  const at = path.findIndex(({id}) => id === common);
  const turning = path[at];
  // Two functions below one port are one device's; that device's own root is no port.
  const ingress = path[at - 1];
  if (turning === undefined || ingress === undefined) return {route: 'upstream'};
  // The SoC's own port is none of those that route among the functions in their slot.
  if (turning.kind === 'root-port' && topology.platform.ownPort !== undefined) return {route: 'upstream'};
  if (!has(ingress, acsBits.requestRedirect)) return {route: 'peer-to-peer', by: common};
  // Those above the bridge that might have turned it, switch by switch.
  const ports = path.slice(at + 1).filter(({kind}) => kind === 'downstream-port');
  const blocking = ports.find((port) => !has(port, acsBits.upstreamForwarding));
  return blocking === undefined ? {route: 'upstream'} : {route: 'blocked', by: blocking.id};
}

/** Whether a bit of a port's ACS control is on. */
function has(node: Node, bit: number): boolean {
  return node.kind !== 'endpoint' && ((node.acsControl ?? 0) & bit) !== 0;
}
