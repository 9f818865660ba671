// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import {UsageError} from '../../base/errors.ts';
import type {Candidate, GitBisect} from '../../build/git-bisect.ts';
import type {KernelRecipe} from '../../build/kernel.ts';
import {markOf, repeatsFor, type Symptom, symptomOf} from './symptom.ts';
import {printable} from '../../results/describe.ts';
import {shortName} from '../../spec/identity.ts';
import type {Result} from '../run-all.ts';
import {runKernel, seen, type Trial, tryKernel} from './try-kernel.ts';

/** How often the bad end is run, to see whether the symptom flickers. */
const looks = 3;

/** The ends of a search, and how to make a kernel of what is between. */
export interface Search {
  readonly bisect: GitBisect;
  readonly good: KernelRecipe;
  readonly bad: KernelRecipe;
  readonly kernelOf: (candidate: Candidate) => KernelRecipe;
}

/** How a search ended. */
export interface Found {
  /** One, if it is certain. */
  readonly suspects: readonly Candidate[];
  readonly symptom: Symptom;
  /** The newest run that did not show the symptom, and the oldest that did. */
  readonly before: Result | undefined;
  readonly after: Result | undefined;
  readonly tried: number;
}

/** Looks at both ends, then tries what git says until the first bad one is known. */
export async function search(
  {bisect, good, bad, kernelOf}: Search,
  trial: Trial,
  say: (line: string) => void,
  context: Context,
): Promise<Found> {
  const {symptom, repeats, after: atBad} = await lookAtBad(bad, trial, say, context);
  let before = await lookAtGood(good, trial, {symptom, repeats}, say, context);
  let after: Result | undefined = atBad;
  let tried = 0;
  for (;;) {
    const progress = await bisect.progress();
    if ('first' in progress) return {suspects: [progress.first], symptom, before, after, tried};
    if ('oneOf' in progress) return {suspects: progress.oneOf, symptom, before, after, tried};
    const {next, left} = progress;
    context.report({topic: 'bisect', text: `${left} left after this: ${printable(next.subject)}`});
    const {mark, why, results} = await tryKernel(kernelOf(next), trial, {symptom, repeats}, context);
    tried++;
    say(`${mark.padEnd(4)} ${next.commit.slice(0, 12)} ${printable(next.subject)}\n       ${printable(why)}`);
    if (mark === 'good') before = results.at(-1) ?? before;
    if (mark === 'bad') after = results.at(-1) ?? after;
    await bisect.mark(mark, next);
  }
}

async function lookAtBad(
  bad: KernelRecipe,
  trial: Trial,
  say: (line: string) => void,
  context: Context,
): Promise<{readonly symptom: Symptom; readonly repeats: number; readonly after: Result | undefined}> {
  const results = await runKernel(bad, trial, {times: looks}, context);
  const symptom = symptomOf(results.map(seen));
  if (symptom === undefined) {
    throw new UsageError(
      `the bad one, ${shortName(bad.name)}, is not bad: ${results[0]?.verdict ?? 'nothing was run'}: ${results[0]?.reason ?? ''}`,
      {
        hint: 'name the scenario that fails there, or another --bad',
      },
    );
  }
  const shows = (result: Result): boolean => markOf([seen(result)], symptom).mark === 'bad';
  const after = results.find(shows);
  // All scenarios together are one look.
  const size = results.length / looks;
  const shown = Array.from({length: looks}, (_, look) =>
    results.slice(look * size, (look + 1) * size).some(shows),
  ).filter(Boolean).length;
  const repeats = repeatsFor(shown, looks);
  say(`bad  ${shortName(bad.name)}\n       ${printable(after?.reason ?? '')}`);
  if (repeats > 1) say(`       it shows in ${shown} of ${looks}: what passes is run ${repeats} times`);
  return {symptom, repeats, after};
}

async function lookAtGood(
  good: KernelRecipe,
  trial: Trial,
  how: {readonly symptom: Symptom; readonly repeats: number},
  say: (line: string) => void,
  context: Context,
): Promise<Result | undefined> {
  const {mark, why, results} = await tryKernel(good, trial, how, context);
  if (mark !== 'good') {
    throw new UsageError(`the good one, ${shortName(good.name)}, is not good: ${why}`, {
      hint: mark === 'bad' ? 'it was there before: name an older --good' : 'name another --good',
    });
  }
  say(`good ${shortName(good.name)}\n       ${printable(why)}`);
  return results.at(-1);
}
