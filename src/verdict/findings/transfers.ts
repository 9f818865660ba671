// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {address, contradiction, flows, none, rejected, route, text} from './parts.ts';

const pair = {initiator: text, target: text} as const;

/** How a kernel without a feature comes to do something wrong; `why` says how the target must be reached. */
export const issueCause = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('no-address'), ...pair, api: text, bounced: z.boolean(), why: text}),
  z.strictObject({kind: z.literal('cpu-address'), ...pair, api: text, aliasing: z.boolean(), why: text}),
  z.strictObject({kind: z.literal('iova'), ...pair, api: text, why: text}),
  z.strictObject({kind: z.literal('path-unchecked'), ...pair, api: text, why: text}),
  z.strictObject({kind: z.literal('mask-unchecked'), ...pair, why: text}),
  z.strictObject({kind: z.literal('retried-forever'), ...pair, why: text}),
  z.strictObject({kind: z.literal('stale-map-type'), ...pair, why: text}),
]);

/** What the devices transferred, by QEMU's trace. */
export const transferFindings = {
  'ledger-matches': z.strictObject({moved: flows}),
  'ledger-differs': z.strictObject({moved: flows, expected: flows, atLeast: z.literal(true).optional()}),
  'sample-matches': z.strictObject({moved: flows}),
  'sample-differs': z.strictObject({moved: flows, excess: flows, absent: flows}),
  /** The subject is the edu that used the address. */
  'stale-translation': z.strictObject({target: text, address: address.optional()}),
  'no-peer-transfer': z.strictObject({contradiction: contradiction.optional()}),
  'route-correct': z.strictObject({
    routes: z.array(z.strictObject({initiator: text, target: text, route})),
  }),
  /** The subject is the initiator. */
  'route-differs': z.strictObject({target: text, route, expected: route}),
  'iommu-translated': none,
  'iommu-passed': none,
  /** The subject of these is the initiator. */
  'iommu-unmapped': z.strictObject({address}),
  'iommu-not-translated': z.strictObject({address, target: text}),
  'iommu-not-passed': z.strictObject({address, target: text, translated: address}),
  /** The subject is the drive. */
  'command-rejected': rejected,
  /** A failure that a known issue of the kernel explains to the byte; the subject is the issue. */
  'known-issue': z.strictObject({
    effect: z.enum(['misdirected', 'allowed', 'refused', 'indirect']),
    flows,
    cause: issueCause,
  }),
} as const;
