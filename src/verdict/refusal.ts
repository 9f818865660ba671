// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import {memoryOf} from '../devices/roles.ts';
import type {AddressMap} from '../evidence/address-map.ts';
import {type BaseFeature} from '../spec/features.ts';
import type {Api} from '../spec/api.ts';
import {maskBits} from '../topology/dma-mask.ts';
import type {Why} from './finding.ts';
import {mapping} from '../topology/maptype.ts';
import {nodeOf, type Topology} from '../topology/model.ts';

/**
 * The rule by which a mapping must be refused: no path, an address beyond the initiator's DMA mask, memory of a peer
 * where all DMA by way of the root complex is bounced, or a range that is not all within a BAR.
 */
export type Rule = 'path' | 'mask' | 'bounce' | 'bar';

export interface Refused {
  readonly rule: Rule;
  readonly why: Why;
}

interface Pair {
  readonly initiator: string;
  readonly target: string;
}

/**
 * Why an initiator must not be given an address of a target; undefined if it must be given one.
 * @param bars where the BARs lie; without them nothing is said about masks
 */
export function reasonToRefuse(
  topology: Topology,
  {initiator, target}: Pair,
  bars: AddressMap['bars'] | undefined,
): Refused | undefined {
  if (target === hostMemory) return undefined;
  const {type, address, reason} = mapping(topology, {provider: target, client: initiator});
  if (type === 'not-supported') return {rule: 'path', why: {rule: 'path', text: reason}};
  if (type === 'thru-host-bridge' && topology.spec.swiotlb === 'force' && !topology.translated) {
    return {rule: 'bounce', why: {rule: 'bounce', text: reason}};
  }
  // An IOVA is chosen to fit.
  const start = address === 'iova' || target === initiator ? undefined : providedFrom(topology, target, bars);
  const bits = maskBits(topology, initiator);
  if (start === undefined || start < 2 ** bits) return undefined;
  return {rule: 'mask', why: {rule: 'mask', address: start, bits, initiator}};
}

/** Where the memory that a device provides begins on the bus. A BAR is aligned to its size: it is below a mask or not. */
export function providedFrom(
  topology: Topology,
  target: string,
  bars: AddressMap['bars'] | undefined,
): number | undefined {
  const number = memoryOf(nodeOf(topology, target))?.provider.bar;
  return bars?.find(({device, bar}) => device === target && bar === number)?.start;
}

/**
 * How the DMA API must refuse, as the symbol of an errno; DMA_MAPPING_ERROR is EIO. dma_map_sgtable() keeps EREMOTEIO
 * for memory of a peer that cannot be accessed (kernel/dma/mapping.c); an address that is there but cannot be used
 * is that, or a mapping that failed.
 */
export function apiErrors(rule: Rule, api: Api): readonly string[] {
  if (api !== 'sg') return ['EIO'];
  return rule === 'path' ? ['EREMOTEIO'] : ['EREMOTEIO', 'EIO'];
}

/** The same of block I/O, whose errors are the block layer's: include/linux/blk_types.h, block/blk-core.c. */
export function blockErrors(rule: Rule, missing: readonly BaseFeature[]): readonly string[] {
  const remote = missing.includes('remote-error') ? 'EINVAL' : 'EREMOTEIO';
  return rule === 'path' ? [remote] : [remote, 'EIO'];
}
