// SPDX-License-Identifier: MIT
import path from 'node:path';
import * as z from 'zod';
import {UsageError} from '../base/errors.ts';
import {contentKey, type Json} from '../base/hash.ts';
import type {RunRecord} from '../scenario/record.ts';
import {name} from './bounds.ts';
import {BundleFileError, readBundleFile} from './bundle-files.ts';
import {type Fingerprint, fingerprintOf} from './fingerprint.ts';
import {type Measurement, measurementsOf} from './measurements.ts';
import {recordSchema} from './record-schema.ts';
import {withNewNames} from './renames.ts';

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
  /** Unique: the name of its bundle's directory. */
  readonly name: string;
  readonly begun: string;
  readonly record: RunRecord;
  readonly environment: Environment;
  readonly fingerprint: Fingerprint | undefined;
  readonly measurements: readonly Measurement[];
  /** Where its bundle is; undefined for a run that was not begun. */
  readonly bundle: string | undefined;
}

/** How large the files are that p2plab reads of a bundle, at most, in bytes. */
export const largestFiles = {'result.json': 2 ** 26, 'inputs.json': 2 ** 20, 'host.json': 2 ** 16} as const;

const inputsSchema = z.looseObject({
  kernel: z.looseObject({name, key: name, release: name}),
  image: z.looseObject({sha256: name}),
  acceleration: z.looseObject({name}),
});

const hostSchema = z.looseObject({begun: z.iso.datetime(), host: z.looseObject({name})});

/**
 * Reads what a bundle says of its run: the database holds nothing that is not in a bundle.
 * @throws {UsageError} for a directory that is no whole bundle
 */
export async function readBundle(folder: string): Promise<RunFacts> {
  const run = path.basename(path.resolve(folder));
  // One after the other: if several files are missing or damaged, the error always names the same one.
  // What of it anything reads is checked; the rest passes as it was written.
  const record = (await readJson(folder, 'result.json', recordSchema)) as unknown as RunRecord;
  const inputs = await readJson(folder, 'inputs.json', inputsSchema);
  // Older bundles have none.
  const host = await readJson(folder, 'host.json', hostSchema, {
    begun: begunOf(run),
    host: {name: 'unknown'},
  });
  return factsOf({
    name: run,
    begun: host.begun,
    record,
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

async function readJson<T extends z.ZodType>(
  folder: string,
  file: keyof typeof largestFiles,
  schema: T,
  absent?: z.output<T>,
): Promise<z.output<T>> {
  const refused = (why: string, cause?: unknown): UsageError =>
    new UsageError(`${folder} is no bundle of a run: ${why}`, {cause});
  try {
    const content = await readBundleFile(folder, file, largestFiles[file]);
    if (content !== undefined) return schema.parse(withNewNames(JSON.parse(content.toString())));
    if (absent !== undefined) return absent;
  } catch (error) {
    if (error instanceof BundleFileError) throw refused(error.message, error);
    if (!(error instanceof SyntaxError || error instanceof RangeError || error instanceof z.ZodError))
      throw error;
    throw refused(`its ${file} is not what p2plab writes${placeOf(error)}`, error);
  }
  throw refused(`it has no ${file}`);
}

/** Where it is not: ` (steps.0.bytes: …)`. */
function placeOf(error: unknown): string {
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  return issue === undefined
    ? ''
    : ` (${[...issue.path.map(String), ''].join('.').slice(0, -1)}: ${issue.message})`;
}

/** When a bundle says nothing of it, its name does: `2026-11-24T091500Z_…`. */
function begunOf(name: string): string {
  const match = /^(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d)Z_/.exec(name);
  return match === null
    ? new Date(0).toISOString()
    : `${match[1] ?? ''}${match[2] ?? ''}:${match[3] ?? ''}:${match[4] ?? ''}.000Z`;
}
