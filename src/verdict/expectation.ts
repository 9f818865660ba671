// SPDX-License-Identifier: MIT
import type {Expectation} from '../spec/step.ts';
import type {Api} from '../spec/steps/api.ts';
import {mapping} from '../topology/maptype.ts';
import type {Topology} from '../topology/model.ts';
import type {Check} from './check.ts';

/** Bytes that must move: one initiator, one direction, one target. */
export interface ExpectedTransfer {
  readonly initiator: string;
  /** As the initiator does it to the target. */
  readonly direction: 'read' | 'write';
  /** A device's id or `host-memory`. */
  readonly target: string;
  readonly bytes: number;
  /** How the initiator's driver maps it: a list if not given. */
  readonly api?: Api;
}

/** What must come of a step, and why. */
export interface ExpectedStep {
  readonly outcome: Expectation;
  readonly transfers: readonly ExpectedTransfer[];
  /** The transfers that the kernel must refuse: the first of them ends the step. */
  readonly refused: readonly ExpectedTransfer[];
  /** A sentence: the rule behind it. */
  readonly why: string;
  /** What the model of the topology says, where the scenario's own expectation contradicts it. */
  readonly contradiction?: string;
}

/**
 * What must come of transfers that are driven one after the other, by our own model of the tree: each must
 * go from peer to peer where the path is allowed, and the first that is not allowed must be refused.
 * @param planned in the order in which the step drives them, as they were if all were allowed
 * @param declared what the scenario says must come of it, if it says anything
 */
export function expectTransfers(
  topology: Topology,
  planned: readonly ExpectedTransfer[],
  declared: Expectation | undefined,
): ExpectedStep {
  const computed = compute(topology, planned);
  if (declared === undefined || declared === computed.outcome) return computed;
  const contradiction = `the scenario expects ${inWords(declared)}, but by the topology it must be ${inWords(computed.outcome)}: ${computed.why}`;
  const why = `The scenario says so.`;
  switch (declared) {
    case 'peer':
      return {outcome: declared, transfers: planned, refused: [], why, contradiction};
    case 'refused':
      return {outcome: declared, transfers: [], refused: planned, why, contradiction};
    case 'host-memory': {
      const transfers = planned.map((transfer) => ({...transfer, target: 'host-memory'}));
      return {outcome: declared, transfers, refused: [], why, contradiction};
    }
  }
}

function compute(topology: Topology, planned: readonly ExpectedTransfer[]): ExpectedStep {
  const reasons: string[] = [];
  for (const [index, {initiator, target}] of planned.entries()) {
    if (target === 'host-memory') continue;
    const {type, reason} = mapping(topology, {provider: target, client: initiator});
    if (type === 'not-supported') {
      return {
        outcome: 'refused',
        transfers: planned.slice(0, index),
        refused: planned.slice(index),
        why: reason,
      };
    }
    if (!reasons.includes(reason)) reasons.push(reason);
  }
  const peer = planned.some(({target}) => target !== 'host-memory');
  return {
    outcome: peer ? 'peer' : 'host-memory',
    transfers: planned,
    refused: [],
    why: peer ? reasons.join(' ') : 'Nothing but host memory is used.',
  };
}

/**
 * A step that must go from peer to peer has to have a peer: one that is driven through host memory cannot
 * fulfil it, whatever happens.
 */
export function checkPeers({outcome, transfers, contradiction}: ExpectedStep): readonly Check[] {
  if (outcome !== 'peer' || transfers.some(({target}) => target !== 'host-memory')) return [];
  const detail = contradiction ?? 'nothing of it can go from peer to peer.';
  return [{name: 'expectation', ok: false, witness: 'host', detail}];
}

function inWords(outcome: Expectation): string {
  return {peer: 'peer to peer', refused: 'refused', 'host-memory': 'through host memory'}[outcome];
}
