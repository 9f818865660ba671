// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {AnswerError, parseJson} from '../guest/answer.ts';
import type {GuestResults} from './observed.ts';

const flow = z.object({
  op: z.literal('flow'),
  device: z.string(),
  /** As the drive does it to its medium. */
  direction: z.enum(['read', 'write']),
  through: z.string(),
  bytes: z.number(),
});

const frames = z.object({
  op: z.literal('frames'),
  device: z.string(),
  through: z.string(),
  frames: z.number(),
  bytes: z.number(),
});

const holds = z.object({
  op: z.literal('holds'),
  device: z.string(),
  sectors: z.number(),
  digests: z.array(z.number()),
});

const stress = z.object({op: z.literal('stress'), operations: z.number()});

const line = z.discriminatedUnion('op', [flow, frames, holds, stress]);

/** Anything that claims to be one of these, and no failure. */
const known = z.object({op: z.enum(['flow', 'frames', 'holds', 'stress']), ok: z.literal(true)});

/** What the guest says of a mixed load: to be held against what the host saw, never believed. Devices are BDFs. */
export interface StressAccount {
  readonly operations: number;
  readonly flows: readonly z.output<typeof flow>[];
  readonly frames: readonly z.output<typeof frames>[];
  readonly holds: readonly z.output<typeof holds>[];
}

/** Reads the account in what `p2p stress` printed; lines of anything else are passed over. */
export function readAccount(guest: GuestResults): StressAccount {
  const lines = guest
    .flatMap(({stdout}) => stdout.split('\n'))
    .flatMap((text) => {
      const value = parseJson(text);
      const parsed = line.safeParse(value);
      if (parsed.success) return [parsed.data];
      // What a flow that is left out moved would be nobody's.
      if (known.safeParse(value).success)
        throw new AnswerError(['p2p', 'stress'], 'a line that cannot be read', text);
      return [];
    });
  return {
    operations: lines.reduce((sum, entry) => (entry.op === 'stress' ? sum + entry.operations : sum), 0),
    flows: lines.filter((entry) => entry.op === 'flow'),
    frames: lines.filter((entry) => entry.op === 'frames'),
    holds: lines.filter((entry) => entry.op === 'holds'),
  };
}
