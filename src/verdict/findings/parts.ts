// SPDX-License-Identifier: MIT
import * as z from 'zod';

/** Parts that several kinds of findings have. Sizes are in bytes, addresses are numbers. */
export const text = z.string();
export const bytes = z.number();
export const count = z.number();
export const address = z.number();
export const texts = z.array(text);
export const none = z.strictObject({});

/** A function of the DMA API, as in a scenario. */
export const api = z.enum(['sg', 'page', 'resource']);

/** Bytes that moved, or must move. A target is a device, `host-memory`, or `unmapped` for an unmapped address. */
export const flow = z.strictObject({
  initiator: text,
  direction: z.enum(['read', 'write']),
  target: text,
  bytes,
});
export const flows = z.array(flow);

/** A route of a request through the tree. */
export const route = z.strictObject({
  route: z.enum(['upstream', 'peer-to-peer', 'blocked']),
  by: text.optional(),
});

/** Why memory of a peer can or cannot be reached. */
export const why = z.discriminatedUnion('rule', [
  // By the tree: src/topology/maptype.ts has the sentence.
  z.strictObject({rule: z.literal('path'), text}),
  z.strictObject({rule: z.literal('mask'), address, bits: count, initiator: text}),
  z.strictObject({rule: z.literal('bounce'), text}),
  z.strictObject({rule: z.literal('bar'), provider: text}),
  z.strictObject({rule: z.literal('cmb-size'), provider: text, bytes}),
  z.strictObject({rule: z.literal('host-memory')}),
]);

/** The scenario's own expectation, and what the topology requires instead. */
const outcome = z.enum(['peer', 'refused', 'host-memory']);
export const contradiction = z.strictObject({declared: outcome, required: outcome, why: z.array(why)});

/** A command that an NVMe drive rejected; `status` is as the trace shows it. */
export const rejected = z.strictObject({direction: z.enum(['read', 'write']), bytes, status: z.number()});

/** A call in the guest that failed, or none, and how one must fail. */
export const call = {op: text.optional(), errname: text.optional()} as const;
