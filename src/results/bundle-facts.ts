// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {isErrno, UsageError} from '../base/errors.ts';
import {contentKey, type Json} from '../base/hash.ts';
import type {RunRecord} from '../scenario/record.ts';
import {type Fingerprint, fingerprintOf} from './fingerprint.ts';
import {type Measurement, measurementsOf} from './measurements.ts';

/** What a run ran on. */
export interface Environment {
  /** The hash of all the rest. */
  readonly key: string;
  readonly host: string;
  readonly hostFacts: Json;
  readonly acceleration: string;
  readonly qemu: string;
  readonly kernel: {readonly name: string; readonly key: string; readonly release: string};
  readonly kernelInputs: Json;
  readonly image: string;
}

/** A run as the database has it. */
export interface RunFacts {
  /** Unique: the name of its bundle's folder. */
  readonly name: string;
  readonly begun: string;
  readonly record: RunRecord;
  readonly environment: Environment;
  readonly fingerprint: Fingerprint | undefined;
  readonly measurements: readonly Measurement[];
  /** Where its bundle is; undefined for a run that was not begun. */
  readonly bundle: string | undefined;
}

const verdict = z.enum(['pass', 'fail', 'crash', 'error', 'skip']);

/** Of a result only what is read here is checked: it grows. */
const resultSchema = z.looseObject({
  scenario: z.string(),
  topology: z.string(),
  kernel: z.string(),
  lane: z.string(),
  qemu: z.string(),
  verdict,
  reason: z.string(),
  gap: z.string().optional(),
  durationMs: z.number(),
  report: z
    .looseObject({
      kind: z.string(),
      title: z.string(),
      function: z.string().optional(),
      trace: z.array(z.string()),
    })
    .optional(),
  steps: z.array(
    z.looseObject({
      title: z.string(),
      verb: z.string(),
      verdict,
      reason: z.string(),
      gap: z.string().optional(),
      durationMs: z.number(),
      ledger: z.array(
        z.looseObject({
          initiator: z.string(),
          direction: z.enum(['read', 'write']),
          target: z.string(),
          bytes: z.number(),
          address: z.number(),
        }),
      ),
    }),
  ),
});

const inputsSchema = z.looseObject({
  kernel: z.looseObject({name: z.string(), key: z.string(), release: z.string()}),
  image: z.looseObject({sha256: z.string()}),
  acceleration: z.looseObject({name: z.string()}),
});

const hostSchema = z.looseObject({begun: z.string(), host: z.looseObject({name: z.string()})});

/**
 * Reads what a bundle says of its run: the database holds nothing that is not in a bundle.
 * @throws {UsageError} for a folder that is no whole bundle
 */
export async function readBundle(folder: string): Promise<RunFacts> {
  const name = path.basename(path.resolve(folder));
  const [record, inputs, host] = await Promise.all([
    readJson(folder, 'result.json', resultSchema),
    readJson(folder, 'inputs.json', inputsSchema),
    // Older bundles have none.
    readJson(folder, 'host.json', hostSchema).catch((): z.output<typeof hostSchema> => {
      return {begun: begunOf(name), host: {name: 'unknown'}};
    }),
  ]);
  return factsOf({
    name,
    begun: host.begun,
    record: record as unknown as RunRecord,
    bundle: path.resolve(folder),
    environment: {
      host: host.host.name,
      hostFacts: host.host as Json,
      acceleration: inputs.acceleration.name,
      qemu: record.qemu,
      kernel: {name: inputs.kernel.name, key: inputs.kernel.key, release: inputs.kernel.release},
      kernelInputs: inputs.kernel as Json,
      image: inputs.image.sha256,
    },
  });
}

/** Completes the facts of a run with what follows from them. */
export function factsOf({
  environment,
  ...run
}: Pick<RunFacts, 'name' | 'begun' | 'record' | 'bundle'> & {
  readonly environment: Omit<Environment, 'key'>;
}): RunFacts {
  return {
    ...run,
    environment: {key: contentKey({...environment}), ...environment},
    fingerprint: fingerprintOf(run.record),
    measurements: measurementsOf(run.record),
  };
}

async function readJson<T extends z.ZodType>(folder: string, file: string, schema: T): Promise<z.output<T>> {
  try {
    return schema.parse(JSON.parse(await readFile(path.join(folder, file), 'utf8')));
  } catch (error) {
    const why = isErrno(error, 'ENOENT') ? `it has no ${file}` : `its ${file} is not what p2plab writes`;
    throw new UsageError(`${folder} is no bundle of a run: ${why}`, {cause: error});
  }
}

/** When a bundle says nothing of it, its name does: `2026-11-24T091500Z_…`. */
function begunOf(name: string): string {
  const match = /^(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d)Z_/.exec(name);
  return match === null
    ? new Date(0).toISOString()
    : `${match[1] ?? ''}${match[2] ?? ''}:${match[3] ?? ''}:${match[4] ?? ''}.000Z`;
}
