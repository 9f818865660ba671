// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import {isController} from '../devices/roles.ts';
import {locate} from '../evidence/address-map.ts';
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Feature} from '../spec/features.ts';
import type {CheckName} from '../spec/check-names.ts';
import type {Api} from '../spec/api.ts';
import {maskBits} from '../topology/dma-mask.ts';
import {mapping} from '../topology/maptype.ts';
import {isBelowSwitch, nodeOf, type Topology} from '../topology/model.ts';
import {routeOf} from '../topology/route.ts';
import type {Check} from './check.ts';
import type {Bench, ExpectedStep, ExpectedTransfer, Prediction} from './expected.ts';
import type {FindingOf, IssueCause} from './finding.ts';
import {whyText} from './render.ts';
import {providedFrom, reasonToRefuse} from './refusal.ts';
import {pairOf} from './map-type-cache.ts';
import {checkTransfers} from './transfers.ts';

/** The functions of the DMA API that ask nobody whether a peer can be reached, and what answers instead. */
const blind = {
  page: {knownIssue: 'map-page', below: 'map-page-below-switch'},
  resource: {knownIssue: 'map-resource', below: 'map-resource-below-switch'},
} as const satisfies Partial<Record<Api, {knownIssue: Feature; below: Feature}>>;

/**
 * What this kernel is known to do wrong, by its missing features: plain Linux 6.12 looks at the path
 * for a list of segments alone (kernel/dma/direct.c, dma_direct_map_sg). A page and a range of a BAR it maps
 * without a look (direct.h, dma_direct_map_page; direct.c, dma_direct_map_resource); but where all goes by way
 * of bounce buffers it refuses a peer's page, whether it could be reached or not. Where the bus has addresses of its
 * own, it finds none for a page that is not memory (include/linux/dma-direct.h, phys_to_dma), and takes that of a range
 * to be the CPU's.
 * @returns undefined if nothing but what must come is to be expected
 */
export function predict(bench: Bench, planned: readonly ExpectedTransfer[]): Prediction | undefined {
  const courses = sequencesOf(planned).map((sequence) => follow(bench, sequence));
  const known = courses.find(({knownIssue}) => knownIssue !== undefined)?.knownIssue;
  if (known === undefined) return undefined;
  return {
    ...known,
    transfers: courses.flatMap(({transfers}) => transfers),
    astray: courses.flatMap(({astray}) => astray),
    detours: courses.flatMap(({detours}) => detours),
    ...(courses.some(({hangs}) => hangs) && {hangs: true}),
  };
}

/** Transfers that a step drives one after the other; what is driven beside them does not end with them. */
function sequencesOf(planned: readonly ExpectedTransfer[]): readonly (readonly ExpectedTransfer[])[] {
  return [...Map.groupBy(planned, ({beside}) => beside).values()];
}

/** What comes of transfers that are driven one after the other: the first that is refused ends them. */
interface Course extends Pick<Prediction, 'transfers' | 'astray' | 'detours' | 'hangs'> {
  readonly knownIssue: Pick<Prediction, 'knownIssue' | 'cause'> | undefined;
}

function follow(bench: Bench, planned: readonly ExpectedTransfer[]): Course {
  const {topology} = bench;
  let knownIssue: Course['knownIssue'];
  const transfers: ExpectedTransfer[] = [];
  const astray: ExpectedTransfer[] = [];
  const detours: ExpectedTransfer[] = [];
  for (const transfer of planned) {
    const {initiator, target, api} = transfer;
    if (target === hostMemory) {
      transfers.push(transfer);
      continue;
    }
    const special = refusedButDone(bench, transfer);
    if (special !== undefined) {
      if (special === 'refused') return {knownIssue, transfers, astray, detours};
      knownIssue ??= {knownIssue: special.knownIssue, cause: special.cause};
      if (special.target === undefined) return {knownIssue, transfers, astray, detours, hangs: true};
      const moved = {...transfer, target: special.target};
      if (moved.target !== target) astray.push(moved);
      transfers.push(moved);
      continue;
    }
    const {type, reason} = mapping(topology, {provider: target, client: initiator});
    const answer = answerOf(bench, api, initiator);
    const stale = answer === 'by-tree' ? staleAnswer(bench, transfer) : undefined;
    if (stale !== undefined) {
      knownIssue ??= {knownIssue: 'map-type-fresh', cause: stale.cause};
      if (stale.arrives === undefined) return {knownIssue, transfers, astray, detours};
      const moved = stale.arrives === target ? transfer : {...transfer, target: stale.arrives};
      if (moved !== transfer) astray.push(moved);
      transfers.push(moved);
      continue;
    }
    if (answer === 'none' || (answer === 'by-tree' && type === 'not-supported')) {
      if (answer === 'none' && api !== 'sg' && type !== 'not-supported') {
        const bounced = topology.windows === undefined;
        const cause = {kind: 'no-address', initiator, target, api, bounced, why: reason} as const;
        knownIssue ??= {knownIssue: blind[api].knownIssue, cause};
      }
      return {knownIssue, transfers, astray, detours};
    }
    if (answer === 'untranslated' && api !== 'sg') {
      const aliasing = topology.windows?.alias !== undefined;
      const cause = {kind: 'cpu-address', initiator, target, api, aliasing, why: reason} as const;
      knownIssue ??= {knownIssue: blind[api].knownIssue, cause};
      const wrong = {...transfer, target: aliasing ? hostMemory : 'unmapped'};
      astray.push(wrong);
      transfers.push(wrong);
      continue;
    }
    transfers.push(transfer);
    if (answer === 'by-tree' || api === 'sg') continue;
    const {knownIssue: missing} = blind[api];
    if (type === 'bus-addr' && topology.translated && target !== initiator) {
      knownIssue ??= {knownIssue: missing, cause: {kind: 'iova', initiator, target, api, why: reason}};
      detours.push(transfer);
    }
    if (type !== 'not-supported') continue;
    knownIssue ??= {
      knownIssue: missing,
      cause: {kind: 'path-unchecked', initiator, target, api, why: reason},
    };
  }
  return {knownIssue, transfers, astray, detours};
}

/**
 * What Linux 6.12 does where the path is allowed and the mapping must be refused all the same: `refused` if just that;
 * else where the data goes, or nothing if the step hangs; undefined if nothing but the path decides.
 *
 * It looks at the mask of a page and of a range (kernel/dma/direct.h, dma_direct_map_page), but not of what a list has
 * at a bus address (direct.c, dma_direct_map_sg): a device leaves out the bits that it does not have. Where everything
 * is bounced it refuses a peer's page, and the NVMe driver takes that for a want of resources and tries again for
 * ever (drivers/nvme/host/pci.c, nvme_map_data: BLK_STS_RESOURCE). A range of a BAR it does not bounce.
 */
function refusedButDone(
  {topology, features, map}: Bench,
  {initiator, target, api}: ExpectedTransfer,
):
  | 'refused'
  | {readonly knownIssue: Feature; readonly cause: IssueCause; readonly target?: string}
  | undefined {
  const refused = reasonToRefuse(topology, {initiator, target}, map?.bars);
  if (refused === undefined || refused.rule === 'path') return undefined;
  const {rule} = refused;
  const why = whyText(refused.why);
  if (rule === 'bounce') {
    if (api === 'sg' && isController(nodeOf(topology, initiator)) && !features.includes('refused-io-ends')) {
      return {knownIssue: 'refused-io-ends', cause: {kind: 'retried-forever', initiator, target, why}};
    }
    if (api !== 'resource' || features.includes('map-resource')) return 'refused';
    return {
      knownIssue: 'map-resource',
      cause: {kind: 'path-unchecked', initiator, target, api, why},
      target,
    };
  }
  const byBus = mapping(topology, {provider: target, client: initiator}).address === 'bus';
  const start = providedFrom(topology, target, map?.bars);
  if (api !== 'sg' || !byBus || start === undefined || map === undefined) return 'refused';
  if (features.includes('mask-bus-addr')) return 'refused';
  const [piece] = locate(map, start % 2 ** maskBits(topology, initiator), 1);
  const met = piece?.target;
  return {
    knownIssue: 'mask-bus-addr',
    cause: {kind: 'mask-unchecked', initiator, target, why},
    target: met?.kind === 'bar' ? met.device : (met?.kind ?? 'unmapped'),
  };
}

/**
 * What comes of a mapping by what the kernel remembers, where ACS has changed since: a bus address then goes
 * up, where an IOMMU does not know it, and what was refused still is.
 * @returns undefined if it is what the tree says now; `arrives` is not there if it is refused
 */
function staleAnswer(
  {topology, features, asked}: Bench,
  transfer: ExpectedTransfer,
): {readonly arrives?: string; readonly cause: IssueCause} | undefined {
  const before = features.includes('map-type-fresh') ? undefined : asked?.get(pairOf(transfer));
  if (before === undefined) return undefined;
  const {initiator, target} = transfer;
  const pair = {provider: target, client: initiator};
  const [was, is] = [mapping(before, pair), mapping(topology, pair)];
  if (was.type === is.type) return undefined;
  const cause = {kind: 'stale-map-type', initiator, target, why: was.reason} as const;
  if (was.type === 'not-supported') return {cause};
  const {route} = was.address === 'bus' ? routeOf(topology, {initiator, target}) : {route: 'upstream'};
  const lost = route === 'blocked' || (route === 'upstream' && was.address === 'bus' && topology.translated);
  return {arrives: lost ? 'unmapped' : target, cause};
}

/** Whether memory of a peer is mapped by what the tree allows, without a look, never, or as if it were elsewhere. */
function answerOf(
  {topology, features}: Bench,
  api: Api,
  initiator: string,
): 'by-tree' | 'any' | 'none' | 'untranslated' {
  if (api === 'sg' || answersByTree(features, topology, api, initiator)) return 'by-tree';
  if (topology.windows !== undefined) return api === 'resource' ? 'untranslated' : 'none';
  const bounced = api === 'page' && topology.spec.swiotlb === 'force' && !topology.translated;
  return bounced ? 'none' : 'any';
}

/** Whether a kernel with these features looks at the tree before it maps for this initiator. */
function answersByTree(
  features: readonly Feature[],
  topology: Topology,
  api: keyof typeof blind,
  initiator: string,
): boolean {
  const {knownIssue, below} = blind[api];
  if (features.includes(knownIssue)) return true;
  return features.includes(below) && isServedAtSwitch(topology, initiator);
}

/** Whether a software IOMMU at a switch maps for this initiator: an IOMMU that translates comes before it. */
export function isServedAtSwitch(topology: Topology, initiator: string): boolean {
  return !topology.translated && isBelowSwitch(topology, initiator);
}

/** What fails, beside the ledger, with a transfer that was refused or went astray: nothing came where it was to go. */
const notMoved = ['read-back', 'frames'] as const;

/**
 * The feature whose absence explains all that is wrong with a step: the ledger is to the byte what was
 * predicted, and beside it only what follows from that and the guest's word for it differ.
 */
export function explainingIssue(
  {predicted, refused}: Pick<ExpectedStep, 'predicted' | 'refused'>,
  ledger: readonly LedgerEntry[],
  checks: readonly Check[],
): Feature | undefined {
  if (predicted === undefined) return undefined;
  const follows: readonly CheckName[] = [
    ...(['ledger', 'guest'] as const),
    ...(refused.length === 0 ? notMoved : []),
    ...(predicted.astray.length === 0 ? [] : (['placement'] as const)),
    // A wrong kind of address is told by the IOMMU as well.
    ...(predicted.astray.length > 0 || predicted.detours.length > 0 ? (['iommu'] as const) : []),
  ];
  const explained = checks.every(({ok, name}) => ok || follows.includes(name));
  if (!explained) return undefined;
  return checkTransfers(ledger, predicted.transfers).ok ? predicted.knownIssue : undefined;
}

/** A known issue as the cause of a failure. */
export function knownIssue(
  {knownIssue, transfers, astray, cause}: Prediction,
  {transfers: due, refused}: Pick<ExpectedStep, 'transfers' | 'refused'>,
): FindingOf<'known-issue'> {
  const finding = (
    effect: FindingOf<'known-issue'>['parameters']['effect'],
    flows: readonly ExpectedTransfer[],
  ): FindingOf<'known-issue'> => {
    const plain = flows.map(({initiator, direction, target, bytes}) => ({
      initiator,
      direction,
      target,
      bytes,
    }));
    return {code: 'known-issue', subject: knownIssue, parameters: {effect, flows: plain, cause}};
  };
  if (astray.length > 0) return finding('misdirected', astray);
  const isPeer = ({target}: ExpectedTransfer): boolean => target !== hostMemory;
  const moved = transfers.filter((transfer) => refused.includes(transfer) && isPeer(transfer));
  if (moved.length > 0) return finding('allowed', moved);
  const stayed = due.filter((transfer) => !transfers.includes(transfer) && isPeer(transfer));
  return stayed.length > 0 ? finding('refused', stayed) : finding('indirect', []);
}
