// SPDX-License-Identifier: MIT
import type {AddressMap} from '../evidence/address-map.ts';
import type {Feature} from '../spec/features.ts';
import type {Expectation} from '../spec/step.ts';
import type {Api} from '../spec/steps/api.ts';
import {type MapType, mapping} from '../topology/maptype.ts';
import {findNode, type Topology, unregisteredCmb} from '../topology/model.ts';
import {check, type Check} from './check.ts';
import type {Contradiction, Why} from './finding.ts';
import {whyText} from './render.ts';
import type {Asked} from './remembered.ts';
import {predict, type Prediction} from './prediction.ts';
import {reasonToRefuse, type Rule} from './refusal.ts';

/** Bytes that must move: one initiator, one direction, one target. */
export interface ExpectedTransfer {
  readonly initiator: string;
  /** As the initiator does it to the target. */
  readonly direction: 'read' | 'write';
  /** A device's id or `host-memory`. */
  readonly target: string;
  readonly bytes: number;
  readonly api: Api;
  /**
   * Which of several sequences it belongs to, where a step drives them beside each other: a transfer that the kernel
   * refuses ends its own sequence only.
   */
  readonly beside?: string;
}

/** The transfer that a step is about: the last that goes to a peer, else the last. */
export interface Subject extends Pick<ExpectedTransfer, 'initiator' | 'direction' | 'target' | 'api'> {
  /** How the initiator reaches the target by the model of the tree. */
  readonly path: MapType | 'host-memory';
}

/** What must come of a step, and why. */
export interface ExpectedStep {
  readonly outcome: Expectation;
  readonly transfers: readonly ExpectedTransfer[];
  /** The transfers that the kernel must refuse: the first of them ends the step. */
  readonly refused: readonly ExpectedTransfer[];
  /** By which rule, where it follows from the model. */
  readonly rule?: Rule;
  /** The device whose memory nobody can map: that is how it must end. */
  readonly absent?: string;
  /** A sentence: the rule behind it. */
  readonly why: string;
  readonly subject?: Subject;
  /** What a kernel with these features is known to do instead. It is wrong all the same. */
  readonly predicted?: Prediction;
  /** What the model of the topology says, where the scenario's own expectation contradicts it. */
  readonly contradiction?: Contradiction;
}

/** Whose DMA is judged: the tree decides what must come, the kernel's features what is known to come. */
export interface Bench {
  readonly topology: Topology;
  readonly features: readonly Feature[];
  /** What the kernel worked out before. */
  readonly asked?: Asked;
  /** What lies where on the bus, once that is known: an address may be beyond a mask. */
  readonly map?: AddressMap;
}

/**
 * What must come of transfers that are driven one after the other, by our own model of the tree, whatever
 * the kernel: each must go from peer to peer where the path is allowed, and the first that is not allowed
 * must be refused.
 * @param planned in the order in which the step drives them, as they were if all were allowed
 * @param declared what the scenario says must come of it, if it says anything
 */
export function expectTransfers(
  bench: Bench,
  planned: readonly ExpectedTransfer[],
  declared: Expectation | undefined,
): ExpectedStep {
  const {topology} = bench;
  const subject = subjectOf(topology, planned);
  const {why: becauses, ...rest} = compute(bench, planned);
  const why = becauses.map(whyText).join('; ');
  const computed = {...rest, why, ...(subject !== undefined && {subject})};
  if (declared === undefined || declared === computed.outcome) {
    const predicted = computed.absent === undefined ? predict(bench, planned) : undefined;
    return {...computed, ...(predicted !== undefined && {predicted})};
  }
  const contradiction = {declared, required: computed.outcome, why: becauses};
  const because = 'declared by the scenario';
  const said = {
    outcome: declared,
    refused: [],
    why: because,
    contradiction,
    ...(subject !== undefined && {subject}),
  };
  switch (declared) {
    case 'peer':
      return {...said, transfers: planned};
    case 'refused':
      return {...said, transfers: [], refused: planned};
    case 'host-memory':
      return {...said, transfers: planned.map((transfer) => ({...transfer, target: 'host-memory'}))};
  }
}

function compute(
  {topology, map}: Bench,
  planned: readonly ExpectedTransfer[],
): Pick<ExpectedStep, 'outcome' | 'transfers' | 'refused' | 'rule' | 'absent'> & {
  readonly why: readonly Why[];
} {
  const reasons: string[] = [];
  for (const {target} of planned) {
    const cmb = unregisteredCmb(findNode(topology, target));
    if (cmb === undefined) continue;
    // Memory is mapped before anything moves.
    const why = {rule: 'cmb-size', provider: target, bytes: cmb} as const;
    return {outcome: 'refused', transfers: [], refused: planned, why: [why], absent: target};
  }
  for (const [index, {initiator, target}] of planned.entries()) {
    if (target === 'host-memory') continue;
    const forbidden = reasonToRefuse(topology, {initiator, target}, map?.bars);
    if (forbidden !== undefined) {
      return {
        outcome: 'refused',
        transfers: planned.slice(0, index),
        refused: planned.slice(index),
        rule: forbidden.rule,
        why: [forbidden.why],
      };
    }
    const {reason} = mapping(topology, {provider: target, client: initiator});
    if (!reasons.includes(reason)) reasons.push(reason);
  }
  const peer = planned.some(({target}) => target !== 'host-memory');
  return {
    outcome: peer ? 'peer' : 'host-memory',
    transfers: planned,
    refused: [],
    why: peer ? reasons.map((text) => ({rule: 'path', text})) : [{rule: 'host-memory'}],
  };
}

function subjectOf(topology: Topology, planned: readonly ExpectedTransfer[]): Subject | undefined {
  const transfer = planned.findLast(({target}) => target !== 'host-memory') ?? planned.at(-1);
  if (transfer === undefined) return undefined;
  const {initiator, direction, target, api} = transfer;
  const path =
    target === 'host-memory' ? target : mapping(topology, {provider: target, client: initiator}).type;
  return {initiator, direction, target, api, path};
}

/**
 * A step that must go from peer to peer has to have a peer: one that is driven through host memory cannot
 * fulfil it, whatever happens.
 */
export function checkPeers({outcome, transfers, contradiction}: ExpectedStep): readonly Check[] {
  if (outcome !== 'peer' || transfers.some(({target}) => target !== 'host-memory')) return [];
  const parameters = contradiction === undefined ? {} : {contradiction};
  return [check('expectation', false, 'host', {code: 'no-peer-transfer', parameters})];
}
