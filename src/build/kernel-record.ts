// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {storePath} from '../base/store.ts';

const hashed = z.object({name: z.string(), sha256: z.string()});

const inputsSchema = z.object({
  source: z.object({title: z.string(), key: z.string()}),
  arch: z.string(),
  config: z.array(hashed),
  series: z.array(z.object({name: z.string(), patches: z.array(hashed)})),
  compiler: z.string(),
});

const recordSchema = z.object({
  key: z.string(),
  release: z.string(),
  image: z.object({file: z.string(), sha256: z.string()}),
  inputs: inputsSchema,
  /** The key of what modules are built against. */
  kit: z.string(),
  /** How long it took, and how many files were compiled, in its making. */
  build: z.object({seconds: z.number(), compiled: z.number()}),
});

type Immutable<T> = T extends object ? {readonly [K in keyof T]: Immutable<T[K]>} : T;

/** What went into a kernel: recorded in its kernel.json, and in the bundle of each run. */
export type KernelInputs = Immutable<z.output<typeof inputsSchema>>;

/** kernel.json. */
export type KernelRecord = Immutable<z.output<typeof recordSchema>>;

/** The record of a kernel of the store; undefined if there is none, or none that this lab can read. */
export async function readKernelRecord(key: string): Promise<KernelRecord | undefined> {
  try {
    const text = await readFile(path.join(storePath('kernels', key), 'kernel.json'), 'utf8');
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
