// SPDX-License-Identifier: MIT
import type {Measurement} from './measurements.ts';

/** A count that two runs of one scenario do not share. */
export interface MeasuredChange {
  /** As the measurement is named: `map-sg-16`. */
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  /** What the kernel's file says that it may rise by. */
  readonly declared: number;
}

/** Instructions are counted, and the same in every run: every step is one. All else scatters, and says nothing once. */
function isExact({unit}: Pick<Measurement, 'unit'>): boolean {
  return unit === 'instructions';
}

/** What was counted in both and differs, in the order of the first. */
export function measuredChanges(
  before: readonly Measurement[],
  after: readonly Measurement[],
  declared: Readonly<Record<string, number>> = {},
): readonly MeasuredChange[] {
  const others = new Map(after.map((one) => [one.name, one]));
  return before.filter(isExact).flatMap(({name, unit, value}) => {
    const other = others.get(name);
    if (other === undefined || other.unit !== unit || other.value === value) return [];
    return [{name, unit, before: value, after: other.value, declared: declared[name] ?? 0}];
  });
}

/** Whether both counted the same calls: else there is nothing to hold against each other. */
export function countedAlike(before: readonly Measurement[], after: readonly Measurement[]): boolean {
  const names = (all: readonly Measurement[]): string =>
    JSON.stringify(
      all
        .filter(isExact)
        .map(({name}) => name)
        .toSorted(),
    );
  return names(before) === names(after);
}

/** Whether it rose by more than is declared. */
export function isUndeclaredRise({before, after, declared}: MeasuredChange): boolean {
  return after - before > declared;
}

/** `map-page: 120 → 123 instructions (+3)`. */
export function describeChange({name, unit, before, after, declared}: MeasuredChange): string {
  const difference = after - before;
  const signed = difference < 0 ? `−${-difference}` : `+${difference}`;
  const allowed = declared > 0 ? `, declared +${declared}` : '';
  return `${name}: ${before} → ${after} ${unit} (${signed}${allowed})`;
}

/** What kernels' files say that calls may take beyond plain Linux, by scenario and measurement. */
export type Costs = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What of a kernel's declared costs is beyond those of the one that it is held against. */
export function costsBeyond(base: Costs, patched: Costs): Costs {
  return Object.fromEntries(
    Object.entries(patched).map(([scenario, own]) => [
      scenario,
      Object.fromEntries(
        Object.entries(own).map(([name, cost]) => [name, Math.max(0, cost - (base[scenario]?.[name] ?? 0))]),
      ),
    ]),
  );
}
