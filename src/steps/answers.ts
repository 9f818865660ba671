// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {AnswerError, parseJson} from '../guest/answer.ts';
import type {Answer} from '../verdict/reach.ts';
import type {MapMatrix} from '../verdict/map-matrix.ts';
import type {Observed} from './observed.ts';

/** Addresses of a q35 and lengths of ours are far below 2^53; what is not is rounded, and wrong anyway. */
const address = z
  .string()
  .regex(/^0x[\da-f]{1,16}$/)
  .transform(Number);

const bytes = z.int().nonnegative();

const answer = z.object({
  op: z.literal('map-probe'),
  error: z.null(),
  refusal: z.string().nullable(),
  pieces: z.array(z.object({address, bytes, peer: z.boolean()})),
  mappings: z.array(z.object({address, bytes, bus: z.boolean()})),
});

/** The kernel could not even be asked. */
const failure = z.object({op: z.literal('map-probe'), error: z.string()});

const mapped = z.union([z.string(), z.object({address, bus: z.boolean()}), z.object({error: z.string()})]);

const mapMatrix = z.object({
  op: z.literal('map-matrix'),
  provider: z.string(),
  pairs: z.array(
    z.object({
      client: z.string(),
      distance: z.union([z.int().nonnegative(), z.literal('not-supported')]).nullable(),
      sg: mapped.optional(),
      page: mapped.optional(),
      resource: mapped.optional(),
    }),
  ),
  physical: address,
});

/** All that the guest's tool printed in a step: it explains, it proves nothing. */
export function stdoutOf({guestSaid}: Pick<Observed, 'guestSaid'>): string {
  return guestSaid.map(({stdout}) => stdout).join('');
}

/** What the guest's tool reports for a map-probe: the kernel's answer, or the symbol of why it could not be asked. */
export function readAnswer(stdout: string): Answer | string | undefined {
  for (const line of parsedLines(stdout)) {
    const asked = answer.safeParse(line);
    if (asked.success) return asked.data;
    const failed = failure.safeParse(line);
    if (failed.success) return failed.data.error;
  }
  return undefined;
}

/** What the guest's tool says of each provider. */
export function readMapMatrices(stdout: string): readonly MapMatrix[] {
  return parsedLines(stdout).flatMap((line) => {
    const read = mapMatrix.safeParse(line);
    if (read.success) return [read.data];
    // A provider that is left out would not be missed.
    if (isObject(line) && line['op'] === 'map-matrix' && line['ok'] !== false)
      throw new AnswerError(['p2p', 'map-matrix'], 'a line that cannot be read', JSON.stringify(line));
    return [];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The lines that are JSON. */
export function parsedLines(stdout: string): readonly unknown[] {
  return stdout.split('\n').flatMap((line): unknown[] => {
    const value = parseJson(line);
    return value === undefined ? [] : [value];
  });
}
