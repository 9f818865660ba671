// SPDX-License-Identifier: MIT
import {statSync} from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import {plain} from './variant.ts';
import {UsageError} from '../base/errors.ts';
import {findKernel, findVariant, findScenarios, namesIn, wholePath} from './catalog.ts';
import {type EvidenceName, evidenceNames} from './check-names.ts';
import {description, kebabName, moduleName, notBlank} from './names.ts';
import {throwProblems} from './problems.ts';
import {nearestNames} from './suggest.ts';
import {deepFreeze, type Frozen, type Located, readSpec} from './yaml.ts';

/**
 * What shows that a kernel is broken: the name of a check (`ledger`, `placement`, `disk`), or the kind of a crash
 * (`hang`, `lockdep`), or `crash` for any of them.
 */
const evidence = z
  .string()
  .meta({enum: [...evidenceNames]})
  .transform((name, context): EvidenceName => {
    const found = evidenceNames.find((known) => known === name);
    if (found !== undefined) return found;
    const hint = `the nearest are ${nearestNames(name, evidenceNames).join(', ')}`;
    context.addIssue({code: 'custom', message: `unknown evidence "${name}"`, params: {hint}});
    return z.NEVER;
  });

const killer = z.strictObject({
  scenario: z.string().min(1).describe('Name or path of one scenario.'),
  evidence: z
    .array(evidence)
    .min(1)
    .describe(
      'Checks that must all fail (ledger, placement, disk, …), or the kind of the crash (hang, lockdep, …; crash for any).',
    ),
});

/** Where a mutant shows that cannot show here: a word for the place, and why. */
const elsewhere = z.strictObject({
  where: kebabName.describe('Where the mutant can be detected.'),
  why: z
    .string()
    .trim()
    .min(1, 'say why the lab cannot detect it')
    .meta({description: 'Why the lab cannot detect it.', ...notBlank}),
});

const text = z.string().trim().min(1).meta(notBlank);

export const mutantSchema = z
  .strictObject({
    description,
    rule: text.describe('The rule that the mutant breaks: what the kernel must do.'),
    imitates: text
      .optional()
      .describe('Past bug that the mutant imitates: the upstream commit that fixed it, with its subject.'),
    kernel: z
      .string()
      .min(1)
      .default('baseline')
      .describe('Kernel that the patches apply to, by name or path.'),
    module: moduleName
      .optional()
      .describe('Module in images/modules/ that the patches apply to, instead of the kernel.'),
    variant: z.string().min(1).default(plain).describe('Variant that the mutant runs on.'),
    'killed-by': z.array(killer).min(1).optional().describe('Scenarios that detect the mutant.'),
    'only-on': elsewhere
      .optional()
      .describe('Where the mutant can be detected, if the lab cannot detect it.'),
  })
  .meta({oneOf: [{required: ['killed-by']}, {required: ['only-on']}]})
  .transform(({'killed-by': killedBy = [], 'only-on': onlyOn, ...rest}, context) => {
    if (context.issues.length === 0 && killedBy.length === 0 && onlyOn === undefined) {
      context.addIssue({
        code: 'custom',
        message: 'no scenario kills this mutant',
        params: {hint: 'name scenarios in "killed-by", or in "only-on" why the lab cannot detect it'},
      });
    }
    if (killedBy.length > 0 && onlyOn !== undefined) {
      context.addIssue({
        code: 'custom',
        message: '"killed-by" and "only-on" exclude each other',
        path: ['only-on'],
        params: {part: 'key', hint: 'drop "only-on" or "killed-by"'},
      });
    }
    return {...rest, killedBy, onlyOn};
  });

/** A kernel that is broken on purpose, and what shows it: `mutant.yaml` beside its patches. */
export type MutantSpec = Frozen<z.output<typeof mutantSchema>>;

/**
 * Reads a mutant's file, and checks that what it names is there in the lab at `root`.
 * @throws {SpecError} for all that is wrong in it
 */
export function readMutant(root: string, file: string): Located<MutantSpec> {
  const located = readSpec(file, mutantSchema);
  const {kernel, variant, module, killedBy} = located.value;
  const folder = path.dirname(located.file);
  const {check, problems} = namesIn(located);
  check(['kernel'], () => findKernel(root, kernel, folder));
  check(['variant'], () => findVariant(root, variant, folder));
  check(['module'], () => {
    if (module === undefined || isDirectoryAt(path.join(root, 'images/modules', module))) return;
    throw new UsageError(`there is no module images/modules/${module}`);
  });
  for (const [index, {scenario}] of killedBy.entries()) {
    check(['killed-by', index, 'scenario'], () => {
      if (findScenarios(root, [scenario], folder).length !== 1) {
        throw new UsageError(`${scenario} stands for more than one scenario`);
      }
    });
  }
  throwProblems(problems);
  const whole = (given: string): string => wholePath(root, given, folder);
  const value = {
    ...located.value,
    kernel: whole(kernel),
    variant: whole(variant),
    killedBy: killedBy.map(({scenario, ...rest}) => ({...rest, scenario: whole(scenario)})),
  };
  return {...located, value: deepFreeze(value)};
}

function isDirectoryAt(folder: string): boolean {
  return statSync(folder, {throwIfNoEntry: false})?.isDirectory() ?? false;
}
