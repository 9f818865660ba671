// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {type Expectation, expectation} from '../spec/expectation.ts';
import {type OptionsOf, type VerbName, verbNames, verbs} from './registry.ts';

interface StepOf<V extends VerbName> {
  readonly verb: V;
  readonly options: OptionsOf<V>;
  readonly name?: string;
  readonly expect?: Expectation;
  /** Seconds. */
  readonly timeout?: number;
}

/** One step of a scenario, discriminated on `verb`. */
export type Step = {[V in VerbName]: StepOf<V>}[VerbName];

const around = {
  name: z.string().min(1).max(80).optional().describe('Name of the step in reports.'),
  expect: expectation
    .optional()
    .describe(
      'Expected outcome of a step that moves data: peer (DMA goes from peer to peer), refused (the kernel refuses the mapping) or host-memory. Default: computed from the topology.',
    ),
  timeout: z
    .number()
    .positive()
    .max(3600)
    .optional()
    .describe('Time limit in seconds. Default: 60; for stress, in addition to its duration.'),
};

type Options = {readonly [V in VerbName]: (typeof verbs)[V]['options']};
const options = Object.fromEntries(verbNames.map((name) => [name, verbs[name].options])) as Options;

/** JSON Schemas of objects that have one of these keys. */
function keyOf(names: readonly string[]): readonly object[] {
  return names.map((name) => ({required: [name]}));
}

/** A step is an object with one key that is a verb; it comes out discriminated on `verb`. */
export const stepSchema = z
  .strictObject({...around, ...z.object(options).partial().shape})
  .meta({
    oneOf: keyOf(verbNames),
    dependentSchemas: {expect: {anyOf: keyOf(verbNames.filter((name) => verbs[name].movesData))}},
  })
  .transform(({name, expect, timeout, ...given}, context): Step => {
    if (context.issues.length > 0) return z.NEVER;
    const present = verbNames.filter((verb) => given[verb] !== undefined);
    const problem = (message: string, key: string | undefined, hint: string) => {
      const path = key === undefined ? [] : [key];
      context.addIssue({code: 'custom', message, path, params: {part: 'key', hint}});
      return z.NEVER;
    };
    const [verb, second] = present;
    if (verb === undefined)
      return problem('a step needs a verb', undefined, `one of ${verbNames.join(', ')}`);
    if (second !== undefined) return problem('a step has one verb', second, 'make two steps of it');
    if (expect !== undefined && !verbs[verb].movesData) {
      return problem(`"${verb}" moves no data`, 'expect', 'drop "expect"');
    }
    return {
      verb,
      options: given[verb],
      ...(name !== undefined && {name}),
      ...(expect !== undefined && {expect}),
      ...(timeout !== undefined && {timeout}),
    } as Step;
  });
