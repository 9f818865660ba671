// SPDX-License-Identifier: MIT
import type {RunRecord} from '../scenario/record.ts';

/** A number that a run gave. */
export interface Measurement {
  readonly name: string;
  /** `ms`, `bytes`, … */
  readonly unit: string;
  readonly value: number;
}

/** What can be followed from night to night: how long a run took, and where its bytes went. */
export function measurementsOf({durationMs, steps}: RunRecord): readonly Measurement[] {
  const ledger = steps.flatMap((step) => step.ledger);
  const sum = (wanted: (target: string) => boolean): number =>
    ledger.filter(({target}) => wanted(target)).reduce((total, {bytes}) => total + bytes, 0);
  const bytes = {
    'peer-bytes': sum((target) => target !== 'host-memory' && target !== 'nowhere'),
    'host-memory-bytes': sum((target) => target === 'host-memory'),
    'lost-bytes': sum((target) => target === 'nowhere'),
  };
  return [
    {name: 'duration', unit: 'ms', value: durationMs},
    ...(ledger.length === 0
      ? []
      : Object.entries(bytes).map(([name, value]) => ({name, unit: 'bytes', value}))),
  ];
}
