// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {bounded} from '../../base/escape.ts';
import {HostError} from '../../base/errors.ts';
import {readIfValid} from './json.ts';

/** The longest answer is that to `info mtree`; the deepest that to `query-pci`, with three levels a bridge. */
export const messageBounds = {length: 16 * 1024 * 1024, depth: 1024} as const;

/** All that a server may send: docs/interop/qmp-spec.rst. */
const schema = z.object({
  QMP: z.unknown().optional(),
  id: z.number().optional(),
  return: z.unknown().optional(),
  error: z.object({class: z.string(), desc: z.string().transform((words) => bounded(words))}).optional(),
  event: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** A message of QEMU's. */
export type QmpMessage = z.output<typeof schema>;

/** Reads a line of QMP; undefined if it is no message. */
export function parseMessage(line: string): QmpMessage | undefined {
  return readIfValid(line, schema, messageBounds);
}

/**
 * Reads what QEMU returned for a command.
 * @throws HostError when it is not what the schema says
 */
export function readReturn<T>(command: string, value: unknown, of: z.ZodType<T>): T {
  const read = of.safeParse(value);
  if (read.success) return read.data;
  throw new HostError(`QEMU's answer to ${command} cannot be read`);
}
