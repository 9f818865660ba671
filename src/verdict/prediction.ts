// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Ability} from '../spec/abilities.ts';
import type {Api} from '../spec/steps/api.ts';
import {mapping} from '../topology/maptype.ts';
import {isBelowSwitch, type Topology} from '../topology/model.ts';
import type {Check} from './check.ts';
import type {Bench, ExpectedTransfer} from './expectation.ts';
import {checkTransfers, describeFlow} from './transfers.ts';

/** What a kernel that lacks an ability is known to do, although it is wrong. */
export interface Prediction {
  /** The ability that it lacks. */
  readonly gap: Ability;
  /** What moves then, the transfers that had to be refused among them. */
  readonly transfers: readonly ExpectedTransfer[];
  /** A sentence. */
  readonly why: string;
}

/** The functions of the DMA API that ask nobody whether a peer can be reached, and what answers instead. */
const blind = {
  page: {gap: 'map-page', below: 'map-page-below-switch', name: 'dma_map_page'},
  resource: {gap: 'map-resource', below: 'map-resource-below-switch', name: 'dma_map_resource'},
} as const satisfies Partial<Record<Api, {gap: Ability; below: Ability; name: string}>>;

/**
 * What this kernel is known to do with transfers that it had to refuse, by the abilities that it lacks: plain
 * Linux 6.12 looks at the path for a list of segments alone (kernel/dma/direct.c, dma_direct_map_sg); a page
 * and a range of a BAR it maps without a look (direct.h, dma_direct_map_page; direct.c,
 * dma_direct_map_resource).
 * @returns undefined if nothing but what must come is to be expected
 */
export function predict(
  {topology, abilities}: Bench,
  planned: readonly ExpectedTransfer[],
): Prediction | undefined {
  let gap: Pick<Prediction, 'gap' | 'why'> | undefined;
  for (const [index, {initiator, target, api}] of planned.entries()) {
    if (target === 'host-memory') continue;
    const {type, reason} = mapping(topology, {provider: target, client: initiator});
    if (type !== 'not-supported') continue;
    if (api === 'sg' || answersByTree(abilities, topology, api, initiator)) {
      return gap === undefined ? undefined : {...gap, transfers: planned.slice(0, index)};
    }
    const {name, gap: lacking} = blind[api];
    gap ??= {
      gap: lacking,
      why: `${name} gave ${initiator} an address of ${target} without asking whether it may. ${reason}`,
    };
  }
  return gap === undefined ? undefined : {...gap, transfers: planned};
}

/** Whether a kernel with these abilities looks at the tree before it maps for this initiator. */
function answersByTree(
  abilities: readonly Ability[],
  topology: Topology,
  api: keyof typeof blind,
  initiator: string,
): boolean {
  const {gap, below} = blind[api];
  if (abilities.includes(gap)) return true;
  return abilities.includes(below) && isServedAtSwitch(topology, initiator);
}

/** Whether a software IOMMU at a switch maps for this initiator: an IOMMU that translates comes before it. */
export function isServedAtSwitch(topology: Topology, initiator: string): boolean {
  return !topology.translated && isBelowSwitch(topology, initiator);
}

/**
 * The ability whose lack explains all that is wrong with a step: the ledger is to the byte what was
 * predicted, and beside it only the guest's word for it differs.
 */
export function knownGap(
  predicted: Prediction | undefined,
  ledger: readonly LedgerEntry[],
  checks: readonly Check[],
): Ability | undefined {
  const explained = checks.every(({ok, name}) => ok || name === 'ledger' || name === 'guest');
  if (predicted === undefined || !explained) return undefined;
  return checkTransfers(ledger, predicted.transfers).ok ? predicted.gap : undefined;
}

/** A gap in plain words. */
export function describeGap({gap, transfers, why}: Prediction, refused: readonly ExpectedTransfer[]): string {
  const moved = transfers.filter(
    (transfer) => refused.includes(transfer) && transfer.target !== 'host-memory',
  );
  return `gap ${gap}: ${moved.map(describeFlow).join(', ')}, which had to be refused: ${why}`;
}
