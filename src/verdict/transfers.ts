// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../evidence/ledger.ts';
import {check, type Check} from './check.ts';
import type {ExpectedTransfer} from './expected.ts';

/** Bytes from one initiator to or from one target, by whatever mapping. */
export type Flow = Pick<ExpectedTransfer, 'initiator' | 'direction' | 'target' | 'bytes'>;

/** Adds up flows of the same initiator, direction and target. */
export function total(flows: readonly Flow[]): ReadonlyMap<string, Flow> {
  const sums = new Map<string, Flow>();
  for (const {initiator, direction, target, bytes} of flows) {
    const key = `${initiator} ${direction} ${target}`;
    sums.set(key, {initiator, direction, target, bytes: (sums.get(key)?.bytes ?? 0) + bytes});
  }
  return sums;
}

/** Compares the ledger with what had to be transferred: all of it, to the byte, and nothing else. */
export function checkTransfers(ledger: readonly LedgerEntry[], expected: readonly Flow[]): Check {
  const actual = total(ledger);
  const wanted = total(expected);
  const same =
    actual.size === wanted.size && [...wanted].every(([key, {bytes}]) => actual.get(key)?.bytes === bytes);
  const moved = [...actual.values()];
  return check(
    'ledger',
    same,
    'host',
    same
      ? {code: 'ledger-matches', parameters: {moved}}
      : {code: 'ledger-differs', parameters: {moved, expected: [...wanted.values()]}},
  );
}

/**
 * Compares a sample of the ledger with what had to be transferred: everything that was seen had to be, and
 * what had to be was seen, if not all of its bytes.
 */
export function checkSample(ledger: readonly LedgerEntry[], expected: readonly ExpectedTransfer[]): Check {
  const seen = total(ledger);
  const wanted = total(expected);
  const foreign = [...seen].filter(([key, {bytes}]) => bytes > (wanted.get(key)?.bytes ?? 0));
  const unseen = [...wanted].filter(([key]) => !seen.has(key));
  const moved = [...seen.values()];
  const [excess, absent] = [foreign, unseen].map((flows) => flows.map(([, flow]) => flow)) as [
    Flow[],
    Flow[],
  ];
  const ok = excess.length === 0 && absent.length === 0;
  return check(
    'ledger',
    ok,
    'host',
    ok
      ? {code: 'sample-matches', parameters: {moved}}
      : {code: 'sample-differs', parameters: {moved, excess, absent}},
  );
}
