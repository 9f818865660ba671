// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../evidence/ledger.ts';

/** What one initiator moved in one direction to or from one place by one way, all pieces of it together. */
export interface Flow extends LedgerEntry {
  readonly pieces: number;
}

/** Adds up the entries of a ledger; the address is that of the first. */
export function flows(ledger: readonly LedgerEntry[]): readonly Flow[] {
  const found = new Map<string, Flow>();
  for (const entry of ledger) {
    const {initiator, direction, target, bar, route, by} = entry;
    const key = [initiator, direction, target, bar, route, by].join(' ');
    const flow = found.get(key) ?? {...entry, bytes: 0, pieces: 0};
    const pieces = flow.pieces + (entry.pieces ?? 1);
    found.set(key, {...flow, bytes: flow.bytes + entry.bytes, pieces});
  }
  return [...found.values()];
}
