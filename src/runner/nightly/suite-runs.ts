// SPDX-License-Identifier: MIT
import type {Entry} from '../../spec/catalog.ts';
import type {SuiteSpec} from '../../spec/suite.ts';

/** One run of a suite. */
export interface SuiteRun {
  /** Unique in its suite: `baseline/plain/iommu/vtd-strict`. */
  readonly id: string;
  readonly kernel: string;
  readonly variant: string;
  readonly scenario: Entry;
  /** How long mixed loads last, if not as the scenario says. */
  readonly seconds?: number;
}

/**
 * The runs of a suite, those of one kernel and variant together: a kernel is built once for all of them.
 * @param find the scenarios that a pattern stands for
 */
export function suiteRuns(
  {kernels, variants, variantScenarios, scenarios, exclude, seconds}: SuiteSpec,
  find: (patterns: readonly string[]) => readonly Entry[],
): readonly SuiteRun[] {
  const entries = new Map(variants.map((variant) => [variant, find(variantScenarios[variant] ?? scenarios)]));
  const left = exclude.map(({scenario, ...rest}) => ({
    ...rest,
    names: scenario === undefined ? undefined : new Set(find([scenario]).map((entry) => entry.name)),
  }));
  return kernels.flatMap((kernel) =>
    variants.flatMap((variant) =>
      (entries.get(variant) ?? [])
        .filter(
          ({name}) =>
            !left.some(
              (without) =>
                (without.kernel ?? kernel) === kernel &&
                (without.variant ?? variant) === variant &&
                without.names?.has(name) !== false,
            ),
        )
        .map((scenario) => ({
          id: [kernel, variant, scenario.name].join('/'),
          kernel,
          variant,
          scenario,
          ...(seconds !== undefined && {seconds}),
        })),
    ),
  );
}
