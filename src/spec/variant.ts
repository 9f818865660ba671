// SPDX-License-Identifier: MIT
import {statSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {description, kebabName} from './names.ts';
import {type Problem, throwProblems} from './problems.ts';
import {deepFreeze, type Frozen, type Located, readSpec} from './yaml.ts';

/** The variant that adds nothing. */
export const plain = 'plain';

/** A word of the kernel's command line: blanks would make two of it. */
const commandLineWord = z.string().regex(/^[^\s"]+$/, 'one word for the kernel, without blanks or quotes');

export const variantSchema = z
  .strictObject({
    description,
    config: z
      .array(kebabName)
      .default([])
      .describe("Fragments in images/config/; they override the kernel's own."),
    series: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "Patch directories or mailboxes, applied after the kernel's own. Paths are relative to the file's directory.",
      ),
    'command-line': z.array(commandLineWord).default([]).describe('Additional kernel arguments.'),
    'post-commands': z
      .array(z.array(z.string().min(1)).min(1))
      .optional()
      .describe('Commands that run in the guest after the last step, before its log is judged.'),
    'timeout-scale': z
      .number()
      .min(1)
      .max(100)
      .default(1)
      .describe('Factor by which all time limits are extended.'),
    'count-instructions': z
      .boolean()
      .default(false)
      .describe('Whether QEMU counts instructions (-icount); this excludes KVM.'),
  })
  .transform(
    ({
      'command-line': commandLine,
      'count-instructions': countInstructions,
      'post-commands': postCommands,
      'timeout-scale': timeoutScale,
      ...rest
    }) => ({
      ...rest,
      timeoutScale,
      ...(postCommands !== undefined && {postCommands}),
      commandLine,
      countInstructions,
    }),
  );

/** A way to run any kernel: what is added to it. Its paths are absolute once read by readVariant. */
export type VariantSpec = Frozen<z.output<typeof variantSchema>>;

/**
 * Reads a variant's file, its paths made absolute.
 * @throws {SpecError} for all that is wrong in it, also a series that is not there
 */
export function readVariant(file: string): Located<VariantSpec> {
  const located = readSpec(file, variantSchema);
  const absolute = (name: string) => path.resolve(path.dirname(located.file), name);
  const problems = located.value.series.flatMap((name, index): readonly Problem[] => {
    if (statSync(absolute(name), {throwIfNoEntry: false}) !== undefined) return [];
    const hint = 'paths count from the folder of this file';
    return [located.problem(['series', index], `there is no series ${name}`, {hint})];
  });
  throwProblems(problems);
  return {...located, value: deepFreeze({...located.value, series: located.value.series.map(absolute)})};
}
