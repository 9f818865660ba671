// SPDX-License-Identifier: MIT
import {labRoot} from '../base/paths.ts';
import {listKernels} from '../spec/catalog.ts';
import {readKernel} from '../spec/kernel.ts';
import {type Costs, costsBeyond, isUndeclaredRise} from './measured-change.ts';
import type {Pair} from './queries/compare.ts';

/** What a kernel's file declares that its calls may take; nothing for one that has none, or has it no more. */
function declaredCosts(kernel: string): Costs {
  const entry = listKernels(labRoot).find(({name}) => name === kernel);
  return entry === undefined ? {} : readKernel(entry.file).value.costs;
}

/** Whether the second kernel fails where the first does not, or costs more than its file declares. */
export function isSecondWorse(pairs: readonly Pair[], first: string, second: string): boolean {
  const costs = costsBeyond(declaredCosts(first), declaredCosts(second));
  return pairs.some(
    ({difference, scenario, measurements}) =>
      difference === 'only the second fails' ||
      measurements.some((one) => isUndeclaredRise({...one, declared: costs[scenario]?.[one.name] ?? 0})),
  );
}
