// SPDX-License-Identifier: MIT
import {statSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {description, kebabName} from './names.ts';
import {type Problem, throwProblems} from './problems.ts';
import {deepFreeze, type Frozen, type Located, readSpec} from './yaml.ts';

/** A word of the kernel's command line: blanks would make two of it. */
const commandLineWord = z.string().regex(/^[^\s"]+$/, 'one word for the kernel, without blanks or quotes');

export const laneSchema = z
  .strictObject({
    description,
    /** Fragments in images/config/ that are added to the kernel's own: they win. */
    config: z.array(kebabName).default([]),
    /** Folders or mailboxes of patches, applied after the kernel's own; paths from the file's folder. */
    series: z.array(z.string().min(1)).default([]),
    'command-line': z.array(commandLineWord).default([]),
    /** Commands in the guest when all steps are done, before its log is judged. */
    epilogue: z.array(z.array(z.string().min(1)).min(1)).optional(),
    /** How many times as long as on the plain lane everything may take. */
    slower: z.number().min(1).max(100).default(1),
  })
  .transform(({'command-line': commandLine, ...rest}) => ({...rest, commandLine}));

/** A way to run any kernel: what is added to it. Its paths are absolute once read by readLane. */
export type LaneSpec = Frozen<z.output<typeof laneSchema>>;

/**
 * Reads a lane's file, its paths made absolute.
 * @throws {SpecError} for all that is wrong in it, also a series that is not there
 */
export function readLane(file: string): Located<LaneSpec> {
  const located = readSpec(file, laneSchema);
  const absolute = (name: string) => path.resolve(path.dirname(located.file), name);
  const problems = located.value.series.flatMap((name, index): readonly Problem[] => {
    if (statSync(absolute(name), {throwIfNoEntry: false}) !== undefined) return [];
    const hint = 'paths count from the folder of this file';
    return [located.problem(['series', index], `there is no series ${name}`, {hint})];
  });
  throwProblems(problems);
  return {...located, value: deepFreeze({...located.value, series: located.value.series.map(absolute)})};
}
