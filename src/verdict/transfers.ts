// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Check} from './check.ts';
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

/** A flow as a person says it: `src wrote 128KiB to cmb`. */
export function describeFlow({initiator, direction, target, bytes}: Flow): string {
  return direction === 'write'
    ? `${initiator} wrote ${formatBytes(bytes)} to ${target}`
    : `${initiator} read ${formatBytes(bytes)} from ${target}`;
}

/** Flows in a line; none of them is said too. */
export function describeFlows(flows: Iterable<Flow>): string {
  const words = [...flows].map(describeFlow);
  return words.length === 0 ? 'nothing was transferred' : words.join(', ');
}

/** Compares the ledger with what had to be transferred: all of it, to the byte, and nothing else. */
export function checkTransfers(ledger: readonly LedgerEntry[], expected: readonly Flow[]): Check {
  const actual = total(ledger);
  const wanted = total(expected);
  const same =
    actual.size === wanted.size && [...wanted].every(([key, {bytes}]) => actual.get(key)?.bytes === bytes);
  const seen = describeFlows(actual.values());
  return {
    name: 'ledger',
    ok: same,
    witness: 'host',
    detail: same ? `${seen}.` : `${seen}; expected: ${describeFlows(wanted.values())}.`,
  };
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
  const sample = `in the windows of the sample ${describeFlows(seen.values())}`;
  const wrong = [
    ...foreign.map(([, flow]) => `${describeFlow(flow)}, more than there was to be`),
    ...unseen.map(([, flow]) => `it was not seen that ${describeFlow(flow)}`),
  ];
  const ok = wrong.length === 0;
  return {name: 'ledger', ok, witness: 'host', detail: `${sample}${ok ? '' : `: ${wrong.join('; ')}`}.`};
}
