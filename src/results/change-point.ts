// SPDX-License-Identifier: MIT

/** Where a series of numbers became another one. */
export interface ChangePoint {
  /** The first number of the new kind. */
  readonly index: number;
  /** The medians before and from it on. */
  readonly before: number;
  readonly after: number;
}

/** Numbers on either side of a change: fewer are chance. */
const least = 4;

/** What is below this part of the value is no change that anybody looks at. */
const smallest = 0.02;

/** How many times its own scatter a series must move: seldom met by chance in series of some hundred numbers. */
const certain = 5;

/**
 * The last place at which a series of numbers changed its level for good: a difference of medians, on either side,
 * that is several times the scatter (the median distance from the median, which one outlier does not move).
 * @returns undefined where nothing changed
 */
export function changePoint(values: readonly number[]): ChangePoint | undefined {
  let found: (ChangePoint & {readonly score: number}) | undefined;
  for (let index = least; index <= values.length - least; index++) {
    const [left, right] = [values.slice(0, index), values.slice(index)];
    const [before, after] = [median(left), median(right)];
    const step = Math.abs(after - before);
    if (step === 0 || step < smallest * Math.abs(before)) continue;
    const scatter =
      (left.length * spread(left, before) + right.length * spread(right, after)) / values.length;
    // Twice as long on both sides is surer; a series without any scatter changes by its first other number.
    const score = (step / (scatter + 1e-9 * step)) * Math.sqrt((left.length * right.length) / values.length);
    if (score >= certain * 2 && step >= 2 * scatter && score > (found?.score ?? 0))
      found = {index, before, after, score};
  }
  if (found === undefined) return undefined;
  const {index, before, after} = found;
  return {index, before, after};
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function spread(values: readonly number[], around: number): number {
  return median(values.map((value) => Math.abs(value - around)));
}
