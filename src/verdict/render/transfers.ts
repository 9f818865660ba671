// SPDX-License-Identifier: MIT
import {describeStatus} from '../../evidence/nvme-outcomes.ts';
import {formatBytes} from '../../base/bytes.ts';
import {hex} from '../../base/hex.ts';
import type {IssueCause} from '../finding.ts';
import type {transferFindings} from '../findings/transfers.ts';
import {flowsText, mapFunction, place, routeText, type Sentences, unless} from './words.ts';

export const transferSentences: Sentences<keyof typeof transferFindings> = {
  'ledger-matches': ({moved}) => flowsText(moved),
  'ledger-differs': ({moved, expected, atLeast}) =>
    `expected: ${atLeast === true ? 'at least ' : ''}${flowsText(expected, true)}; observed: ${flowsText(moved)}`,
  'sample-matches': ({moved}) => `sampled: ${flowsText(moved)}`,
  'sample-differs': ({moved, excess, absent}) =>
    [
      `sampled: ${flowsText(moved)}`,
      ...(excess.length === 0 ? [] : [`more than expected: ${flowsText(excess)}`]),
      ...(absent.length === 0 ? [] : [`expected, but not observed: ${flowsText(absent, true)}`]),
    ].join('; '),
  'stale-translation': ({target, address}, edu) =>
    `${edu} read ${place(target)}${address === undefined ? '' : ` at ${hex(address)}`} after dma_unmap: the IOMMU still translated the address, so the IOTLB was not flushed`,
  'no-peer-transfer': ({contradiction}) => `no transfer of this step is peer-to-peer${unless(contradiction)}`,
  'route-correct': ({routes}) =>
    routes
      .map(({initiator, target, route}) => `${initiator} to ${place(target)}: ${routeText(route)}`)
      .join('; '),
  'route-differs': ({target, route, expected}, initiator) =>
    `${initiator} to ${place(target)}: expected: ${routeText(expected)}; observed: ${routeText(route)}`,
  'iommu-translated': () => 'the IOMMU translated all DMA addresses that are IOVAs',
  'iommu-passed': () => 'the IOMMU passed all DMA addresses untranslated',
  'iommu-unmapped': ({address}, initiator) =>
    `${initiator} used DMA address ${hex(address)}: the IOMMU has no mapping for this address and blocked the access`,
  'iommu-not-translated': ({address, target}, initiator) =>
    `${initiator} was given DMA address ${hex(address)} for ${place(target)}: expected an IOVA, but the IOMMU did not translate it`,
  'iommu-not-passed': ({address, target, translated}, initiator) =>
    `${initiator} was given DMA address ${hex(address)} for ${place(target)}: expected no translation, but the IOMMU translated it to ${hex(translated)}`,
  'command-rejected': (command, drive) => `${rejectedText(command, drive)}; no data was transferred`,
  'known-issue': ({effect, flows, cause}, issue) => {
    const words = {
      misdirected: `${flowsText(flows)}: `,
      allowed: `${flowsText(flows)}, but the mapping must be refused: `,
      refused: `the mapping was refused; expected: ${flowsText(flows, true)}: `,
      indirect: '',
    }[effect];
    return `known issue ${issue}: ${words}${causeText(cause)}`;
  },
};

/** A command that a drive rejected: `src rejected a read of 4 KiB with status …`. */
export function rejectedText(
  {direction, bytes, status}: {readonly direction: string; readonly bytes: number; readonly status: number},
  drive: string,
): string {
  return `${drive} rejected a ${direction} of ${formatBytes(bytes)} with status ${describeStatus(status)}`;
}

/** How a known issue leads to the outcome. */
export function causeText(cause: IssueCause): string {
  const {initiator, target, why} = cause;
  switch (cause.kind) {
    case 'no-address': {
      const because = cause.bounced
        ? 'swiotlb=force bounces every page'
        : 'phys_to_dma() knows only addresses of memory';
      return `${mapFunction(cause.api)} returned no address of ${target} for ${initiator}: ${because}; ${why}`;
    }
    case 'cpu-address': {
      const there = cause.aliasing ? 'which is host memory on the bus' : 'which is unmapped on the bus';
      return `${mapFunction(cause.api)} returned the CPU address of ${target} for ${initiator}, ${there}; ${why}`;
    }
    case 'iova':
      return `${mapFunction(cause.api)} returned an IOVA of ${target} for ${initiator}, which routes through the root complex; ${why}`;
    case 'path-unchecked':
      return `${mapFunction(cause.api)} returned an address of ${target} for ${initiator} without checking the path: ${why}`;
    case 'mask-unchecked':
      return `dma_map_sgtable() returned a bus address of ${target} for ${initiator} without checking the DMA mask: ${why}`;
    case 'retried-forever':
      return `the mapping of ${target} for ${initiator} is refused, and the request is retried forever: ${why}`;
    case 'stale-map-type':
      return `Linux uses the map type that it cached for ${initiator} and ${target} before the ACS settings changed: ${why}`;
  }
}
