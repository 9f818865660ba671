// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Topology} from '../topology/model.ts';
import {type Route, routeOf} from '../topology/route.ts';
import {check, type Check} from './check.ts';

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
    const {initiator: subject, target} = entry;
    const parameters = {target, route: takenBy(entry), expected: due};
    return [check('path', false, 'host', {code: 'route-differs', subject, parameters})];
  }
  const routes = new Map(
    entries.map((entry) => {
      const {initiator, target, route, by} = entry;
      return [
        `${initiator} ${target} ${route ?? ''} ${by ?? ''}`,
        {initiator, target, route: takenBy(entry)},
      ];
    }),
  );
  const parameters = {routes: [...routes.values()]};
  return [check('path', true, 'host', {code: 'route-correct', parameters})];
}

/** The route that a transfer took. */
function takenBy({
  route = 'upstream',
  by,
}: LedgerEntry): Pick<LedgerEntry, 'by'> & {readonly route: Route['route']} {
  return {route, ...(by !== undefined && {by})};
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
