// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import type {Expectation} from '../spec/expectation.ts';
import {mapping} from '../topology/maptype.ts';
import {findNode, type Topology, unregisteredCmb} from '../topology/model.ts';
import {check, type Check} from './check.ts';
import type {Bench, ExpectedStep, ExpectedTransfer, Subject} from './expected.ts';
import type {Why} from './finding.ts';
import {predict} from './prediction.ts';
import {reasonToRefuse} from './refusal.ts';
import {whyText} from './render.ts';

export type {Bench, ExpectedStep, ExpectedTransfer, Prediction, Subject} from './expected.ts';

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
      return {...said, transfers: planned.map((transfer) => ({...transfer, target: hostMemory}))};
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
    if (target === hostMemory) continue;
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
  const peer = planned.some(({target}) => target !== hostMemory);
  return {
    outcome: peer ? 'peer' : 'host-memory',
    transfers: planned,
    refused: [],
    why: peer ? reasons.map((text) => ({rule: 'path', text})) : [{rule: 'host-memory'}],
  };
}

function subjectOf(topology: Topology, planned: readonly ExpectedTransfer[]): Subject | undefined {
  const transfer = planned.findLast(({target}) => target !== hostMemory) ?? planned.at(-1);
  if (transfer === undefined) return undefined;
  const {initiator, direction, target, api} = transfer;
  const path = target === hostMemory ? target : mapping(topology, {provider: target, client: initiator}).type;
  return {initiator, direction, target, api, path};
}

/**
 * A step that must go from peer to peer has to have a peer: one that is driven through host memory cannot
 * fulfil it, whatever happens.
 */
export function checkPeers({outcome, transfers, contradiction}: ExpectedStep): readonly Check[] {
  if (outcome !== 'peer' || transfers.some(({target}) => target !== hostMemory)) return [];
  const parameters = contradiction === undefined ? {} : {contradiction};
  return [check('expectation', false, 'host', {code: 'no-peer-transfer', parameters})];
}
