// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Topology} from '../topology/model.ts';
import {describeRoute, type Route, routeOf} from '../topology/route.ts';
import type {Check} from './check.ts';

/**
 * Whether each transfer took the way that the tree and its ACS give it: turned around at the bridge that had
 * to, or up to the root complex. There is no such check where QEMU's bridges do not route.
 */
export function checkPaths(topology: Topology, ledger: readonly LedgerEntry[]): readonly Check[] {
  const entries = ledger.filter(({way}) => way !== undefined);
  if (!topology.routed || entries.length === 0) return [];
  const wrong = entries.find((entry) => {
    const due = dueOf(topology, entry);
    return due !== undefined && (due.way !== entry.way || due.by !== entry.by);
  });
  if (wrong === undefined) {
    const ways = [...new Set(entries.map(wayOf))];
    return [{name: 'path', ok: true, witness: 'host', detail: `${ways.join('; ')}.`}];
  }
  const due = dueOf(topology, wrong);
  const detail = `${wayOf(wrong)}, but it had to be ${due === undefined ? 'nowhere' : describeRoute(due)}.`;
  return [{name: 'path', ok: false, witness: 'host', detail}];
}

/** The way of a transfer, in words. */
export function wayOf({initiator, target, way = 'up', by}: LedgerEntry): string {
  return `${initiator} to ${target}: ${describeRoute({way, by})}`;
}

/** What went nowhere had no way to take: that it did is another check's. */
function dueOf(
  topology: Topology,
  {initiator, target, bar, address, translated}: LedgerEntry,
): Route | undefined {
  if (target === 'nowhere') return undefined;
  const isPeer = bar !== undefined && (translated === undefined || translated === address);
  return isPeer ? routeOf(topology, {initiator, target}) : {way: 'up'};
}
