// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import {type Context, checkpoint} from '../../base/context.ts';
import {forest, type ForestDraw, type TreeDraw} from './draw.ts';

/** A boot of each smaller one takes seconds: after this many milliseconds what was found is small enough. */
const patience = 180_000;

/**
 * The smallest boot in which the same goes wrong as in this one, by trying smaller ones: first whole trees
 * are left out, then fast-check takes apart what is left.
 * @param isWrong boots one and says whether the same goes wrong in it
 */
export async function shrinkForest(
  draw: ForestDraw,
  isWrong: (smaller: ForestDraw) => Promise<boolean>,
  context: Context,
): Promise<ForestDraw> {
  const until = performance.now() + patience;
  let smallest = draw;
  const attempt = async (smaller: ForestDraw): Promise<boolean> => {
    checkpoint(context);
    if (performance.now() > until) return false;
    const wrong = await isWrong(smaller);
    if (wrong) smallest = smaller;
    return wrong;
  };
  await leaveOutTrees(draw, attempt);
  const whole = smallest;
  const property = fc.asyncProperty(
    forest,
    async (smaller) => smaller !== whole && !(await attempt(smaller)),
  );
  await fc.check(property, {examples: [[whole]], numRuns: 1});
  checkpoint(context);
  return smallest;
}

/** Leaves out as many trees at a time as can be: half of them, a quarter, … one. */
async function leaveOutTrees(
  draw: ForestDraw,
  attempt: (smaller: ForestDraw) => Promise<boolean>,
): Promise<void> {
  let trees: readonly TreeDraw[] = draw.trees;
  for (let size = Math.ceil(trees.length / 2); size >= 1 && trees.length > 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < trees.length && trees.length > 1; ) {
      const rest = [...trees.slice(0, at), ...trees.slice(at + size)];
      if (rest.length > 0 && (await attempt({...draw, trees: rest}))) trees = rest;
      else at += size;
    }
  }
}
