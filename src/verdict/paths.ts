// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Topology} from '../topology/model.ts';
import {describeRoute, type Route, routeOf} from '../topology/route.ts';
import type {Check} from './check.ts';

/**
 * Whether each transfer took the way that the tree and its ACS give it: turned around at the bridge that had
 * to, or upstream to the root complex. There is no such check where QEMU's bridges do not route.
 */
export function checkPaths(topology: Topology, ledger: readonly LedgerEntry[]): readonly Check[] {
  const entries = ledger.filter(({route}) => route !== undefined);
  if (!topology.routed || entries.length === 0) return [];
  for (const entry of entries) {
    const due = dueOf(topology, entry);
    if (due === undefined || (due.route === entry.route && due.by === entry.by)) continue;
    const detail = `${routeInWords(entry)}, but it had to be ${describeRoute(due)}.`;
    return [{name: 'path', ok: false, witness: 'host', detail}];
  }
  const detail = `${[...new Set(entries.map(routeInWords))].join('; ')}.`;
  return [{name: 'path', ok: true, witness: 'host', detail}];
}

/** The way of a transfer, in words. */
function routeInWords({initiator, target, route = 'upstream', by}: LedgerEntry): string {
  return `${initiator} to ${target}: ${describeRoute({route, by})}`;
}

/** What went to unmapped addresses had no way to take: that it did is another check's. */
function dueOf(
  topology: Topology,
  {initiator, target, bar, address, translated}: LedgerEntry,
): Route | undefined {
  if (target === 'unmapped') return undefined;
  const isPeer = bar !== undefined && (translated === undefined || translated === address);
  return isPeer ? routeOf(topology, {initiator, target}) : {route: 'upstream'};
}
