// SPDX-License-Identifier: MIT
import {sumBytes} from '../base/sum.ts';
import {hostMemory} from '../base/targets.ts';
import type {RunRecord} from '../scenario/record.ts';
import type {Measurement} from '../steps/observed.ts';

export type {Measurement};

/** What can be followed from one nightly run to the next: how long a run took, where its bytes went, and what its steps measured. */
export function measurementsOf({
  durationMs,
  steps,
}: Pick<RunRecord, 'durationMs' | 'steps'>): readonly Measurement[] {
  const ledger = steps.flatMap((step) => step.ledger);
  const sum = (wanted: (target: string) => boolean): number =>
    sumBytes(ledger.filter(({target}) => wanted(target)));
  const bytes = {
    'peer-bytes': sum((target) => target !== hostMemory && target !== 'unmapped'),
    'host-memory-bytes': sum((target) => target === hostMemory),
    'lost-bytes': sum((target) => target === 'unmapped'),
  };
  return [
    {name: 'duration', unit: 'ms', value: durationMs},
    ...(ledger.length === 0
      ? []
      : Object.entries(bytes).map(([name, value]) => ({name, unit: 'bytes', value}))),
    ...numbered(steps.flatMap((step) => step.measurements ?? [])),
  ];
}

/** Of steps that measure the same, the second one's names end in 2. */
function numbered(measurements: readonly Measurement[]): readonly Measurement[] {
  const seen = new Map<string, number>();
  return measurements.map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : {...one, name: `${one.name} (${count})`};
  });
}
