// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {address, api, bytes, count, none, text, texts, why} from './parts.ts';

/** Which of several segments a finding is about, from 1, in memory of which device. */
const segment = {index: count.optional(), memory: text, api} as const;

/** What the DMA API returned, as the guest reports it. The subject is the initiator. */
export const mappingFindings = {
  'pieces-short': z.strictObject({memory: text, length: bytes}),
  'pieces-excess': none,
  'mapping-refused': z.strictObject({api, error: text, why: z.array(why)}),
  'segment-correct': z.strictObject({...segment, length: bytes}),
  'segment-unmapped': z.strictObject({...segment, offset: bytes}),
  'segment-mark-wrong': z.strictObject({...segment, address, marked: z.boolean()}),
  'segment-beyond-mask': z.strictObject({...segment, address, bits: count}),
  'segment-address-wrong': z.strictObject({...segment, address, expected: address}),
  'refusal-correct': z.strictObject({api, error: text, why}),
  'refusal-wrong-error': z.strictObject({api, error: text, expected: texts, why}),
  'refusal-missing': z.strictObject({api, address: address.optional(), expected: texts, why}),
  'map-matches': z.strictObject({pairs: count}),
  'map-pair-missing': z.strictObject({provider: text}),
  'map-result-missing': z.strictObject({provider: text, api}),
  'distance-differs': z.strictObject({
    provider: text,
    distance: z.union([count, z.literal('not-supported')]).nullable(),
    expected: z.union([count, z.literal('not-supported')]),
    why: text,
  }),
  /** Where the CPU found the memory that the guest mapped. */
  'probe-placement-correct': z.strictObject({addresses: z.array(address)}),
  'probe-placement-wrong': z.strictObject({observed: z.array(address), reported: z.array(address)}),
  'map-placement-correct': z.strictObject({providers: count}),
  /** The subject is the provider. */
  'map-placement-wrong': z.strictObject({observed: address.optional(), reported: address.optional()}),
  /** A probe that the kernel must not be asked, and what came instead. */
  'probe-error-correct': z.strictObject({error: text}),
  'probe-error-differs': z.strictObject({
    observed: z.union([z.strictObject({error: text}), z.literal('mapped'), z.literal('no-answer')]),
    expected: text.optional(),
  }),
} as const;

const counted = {operation: text, map: count, unmap: count} as const;

/** Instruction counts of mapping, and whether they can be relied upon. */
export const countFindings = {
  'count-unit-correct': z.strictObject({map: count, unmap: count}),
  'count-unit-wrong': z.strictObject({
    map: count.optional(),
    unmap: count.optional(),
    expected: z.strictObject({map: count, unmap: count}),
  }),
  'count-repeats': none,
  /** The subject of these is the operation. */
  'count-varies': z.strictObject({differing: count, rounds: count}),
  'count-clock-agrees': z.strictObject({counts: z.array(z.strictObject(counted))}),
  'count-unreported': none,
  'count-clock-untraced': z.strictObject({map: count, unmap: count}),
  'count-clock-differs': z.strictObject({map: count, unmap: count, nanoseconds: count}),
} as const;
