// SPDX-License-Identifier: MIT
import {hostMemory} from '../../base/targets.ts';
import type {RunRecord, StepRecord} from '../../scenario/record.ts';
import type {Api} from '../../spec/api.ts';
import {isBelowSwitch, nodeOf, type Topology} from '../../topology/model.ts';
import type {ExpectedTransfer} from '../../verdict/expectation.ts';
import type {Finding} from '../../verdict/finding.ts';
import {checkTransfers} from '../../verdict/transfers.ts';

/** What the tree says that must come of a transfer. */
export type Due = 'peer' | 'refused' | 'host-memory';

/**
 * What came of it by the ledger: what was due; or else it was refused all the same, mapped without a look, or
 * sent astray, to memory that is no part of it; or something else; or nothing was found out.
 */
export type Came = 'right' | 'refused' | 'blind' | 'astray' | 'detour' | 'wrong' | 'crash' | 'error' | 'skip';

/** What the functions of the DMA API map, in a word. */
export const apis = {sg: 'list', page: 'page', resource: 'BAR range'} as const satisfies Record<Api, string>;

/** What a design made of one transfer, as a run with a ledger shows it. */
export interface Cell {
  /** The kernel's name. */
  readonly design: string;
  readonly scenario: string;
  /** The types of the two devices; `host-memory` for ordinary memory. */
  readonly initiator: string;
  readonly target: string;
  readonly direction: 'read' | 'write';
  readonly api: Api;
  /** Whether a switch is above the initiator. */
  readonly belowSwitch: boolean;
  /** Whether the bus has addresses of its own. */
  readonly offset: boolean;
  /** Whether an IOMMU translates for it. */
  readonly translated: boolean;
  readonly due: Due;
  readonly came: Came;
  /** The cause of the verdict. */
  readonly finding: Finding;
  /** The same as a sentence. */
  readonly reason: string;
}

/** The cells of a run: one for each step that moves data. */
export function cellsOf(topology: Topology, {kernel, scenario, steps}: RunRecord): readonly Cell[] {
  return steps.flatMap((step): readonly Cell[] => {
    const {expected, finding, reason} = step;
    if (expected?.subject === undefined) return [];
    const {initiator, target, direction, api} = expected.subject;
    return [
      {
        design: kernel,
        scenario,
        initiator: nodeOf(topology, initiator).type,
        target: target === hostMemory ? target : nodeOf(topology, target).type,
        direction,
        api,
        belowSwitch: isBelowSwitch(topology, initiator),
        offset: topology.windows !== undefined,
        translated: topology.translated,
        due: expected.outcome,
        came: cameOf(step, expected),
        finding,
        reason,
      },
    ];
  });
}

function cameOf(
  {verdict, ledger}: StepRecord,
  {outcome, transfers, subject}: NonNullable<StepRecord['expected']>,
): Came {
  if (verdict === 'pass') return 'right';
  if (verdict !== 'fail') return verdict;
  const isSubject = ({initiator, target, direction}: ExpectedTransfer): boolean =>
    initiator === subject?.initiator && target === subject.target && direction === subject.direction;
  if (outcome === 'refused') {
    const moved = ledger.some(
      ({initiator, target}) => initiator === subject?.initiator && target === subject.target,
    );
    return moved ? 'blind' : 'wrong';
  }
  const before = transfers.slice(0, Math.max(0, transfers.findIndex(isSubject)));
  const elsewhere = ledger.some(
    ({initiator, direction, target, bytes}) =>
      subject?.target !== hostMemory &&
      initiator === subject?.initiator &&
      direction === subject.direction &&
      (target === hostMemory || target === 'unmapped') &&
      !transfers.some(
        (due) =>
          due.initiator === initiator &&
          due.direction === direction &&
          due.target === target &&
          due.bytes === bytes,
      ),
  );
  if (elsewhere) return 'astray';
  if (outcome === 'peer' && checkTransfers(ledger, before).ok) return 'refused';
  return outcome === 'peer' && ledger.some((entry) => isDetour(entry, subject)) ? 'detour' : 'wrong';
}

/** Whether it reached the peer by an IOVA, where it had to be turned around below the IOMMU. */
function isDetour(
  {initiator, target, route, translated, address}: StepRecord['ledger'][number],
  subject: NonNullable<StepRecord['expected']>['subject'],
): boolean {
  const isSubject = initiator === subject?.initiator && target === subject.target;
  return isSubject && route === 'upstream' && translated !== undefined && translated !== address;
}
