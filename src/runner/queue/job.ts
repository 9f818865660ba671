// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {verdicts} from '../../base/verdict.ts';
import {sha256} from '../../base/hash.ts';

const jobSchema = z.object({
  /** The run's id in its suite, which names it to a person. */
  run: z.string(),
  scenario: z.string(),
  /** The name of one of lab/kernels. */
  kernel: z.string(),
  variant: z.string(),
  /** How long mixed loads last, if not as the scenario says. */
  seconds: z.number().optional(),
  /** `stock`, or the name of one of lab/qemu; the worker's own choice if it is not given. */
  qemu: z.string().optional(),
  /** The number of this attempt at the run, from 1 on. */
  attempt: z.number(),
  /** The nightly run's number in the database. */
  nightlyRun: z.number(),
});

/** An attempt at a run that any worker with this lab may make. */
export type Job = Readonly<z.output<typeof jobSchema>>;

/** Reads what a queue holds; undefined for what is no job. */
export function readJob(data: unknown): Job | undefined {
  return jobSchema.safeParse(data).data;
}

const madeSchema = z.object({
  /** The name that the run has in the database: unique, so that it says who settled the job. */
  name: z.string(),
  verdict: z.enum(verdicts),
  reason: z.string(),
  knownIssue: z.string().optional(),
  durationMs: z.number(),
  qemu: z.string(),
  /** The folder of its bundle, as the worker's host names it; not there if the run was not begun. */
  bundle: z.string().optional(),
  /** The worker's host. */
  host: z.string(),
});

/** What came of a job, as the queue keeps it. */
export type Made = Readonly<z.output<typeof madeSchema>>;

/** Reads what a queue keeps of a job that was settled; undefined for what is none. */
export function readMade(output: unknown): Made | undefined {
  return madeSchema.safeParse(output).data;
}

/** A nightly run, as it is named on all hosts. */
export interface NightlyRunName {
  readonly suite: string;
  /** ISO 8601. */
  readonly begun: string;
}

/**
 * The id of a job: a UUID (version 8 of RFC 9562) that is the same each time, so that whoever goes on with a nightly run
 * that was cut short asks for nothing twice.
 */
export function jobId({suite, begun}: NightlyRunName, run: string, attempt: number): string {
  const hash = sha256(JSON.stringify([suite, begun, run, attempt]));
  const variantBits = (8 + (Number.parseInt(hash.slice(16, 17), 16) % 4)).toString(16);
  const digits = `${hash.slice(0, 12)}8${hash.slice(13, 16)}${variantBits}${hash.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
