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
 * The place at which a series of numbers is best cut in two levels (by the sum of distances from the median of either
 * side, which one outlier does not move), if those differ by several times the scatter.
 * @returns undefined where nothing changed
 */
export function changePoint(values: readonly number[]): ChangePoint | undefined {
  if (values.every((value) => value === values[0])) return undefined;
  let best: {readonly left: Level; readonly right: Level; readonly cost: number} | undefined;
  for (let index = least; index <= values.length - least; index++) {
    const [left, right] = [levelOf(values.slice(0, index)), levelOf(values.slice(index))];
    const cost = left.cost + right.cost;
    if (best === undefined || cost < best.cost) best = {left, right, cost};
  }
  if (best === undefined) return undefined;
  const {left, right, cost} = best;
  const step = Math.abs(right.median - left.median);
  if (step === 0 || step < smallest * Math.abs(left.median)) return undefined;
  const scatter = cost / values.length;
  // The longer both sides are, the smaller a step is no chance.
  const sureness = Math.sqrt((left.count * right.count) / values.length);
  if (step < 2 * scatter || step * sureness < certain * scatter) return undefined;
  return {index: left.count, before: left.median, after: right.median};
}

/**
 * The last place at which numbers that have no scatter became another one: of these every step is one, however small.
 * @returns undefined where nothing changed
 */
export function exactChange(values: readonly number[]): ChangePoint | undefined {
  const index = values.findLastIndex((value, at) => at > 0 && value !== values[at - 1]);
  const [before, after] = [values[index - 1], values[index]];
  return before === undefined || after === undefined ? undefined : {index, before, after};
}

interface Level {
  readonly count: number;
  readonly median: number;
  /** The sum of distances from it. */
  readonly cost: number;
}

function levelOf(values: readonly number[]): Level {
  const middle = median(values);
  const cost = values.reduce((sum, value) => sum + Math.abs(value - middle), 0);
  return {count: values.length, median: middle, cost};
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
