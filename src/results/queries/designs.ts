// SPDX-License-Identifier: MIT
import type {Database} from '../database/tables.ts';
import type {NightlyRunResult} from './nightly-runs.ts';
import {resultsOf} from './nightly-runs.ts';

/** What a kernel made of a scenario, and where the bytes went. */
export interface DesignCell {
  readonly result: NightlyRunResult;
  /** Bytes to and from peers, ordinary memory, and nowhere; undefined where nothing moved. */
  readonly bytes: {readonly peer: number; readonly hostMemory: number; readonly lost: number} | undefined;
}

/** One scenario on one topology in one variant, on each kernel by name. */
export interface DesignRow {
  readonly scenario: string;
  readonly topology: string;
  readonly variant: string;
  readonly cells: Readonly<Record<string, DesignCell>>;
}

/** The designs side by side in a nightly run: what each kernel made of each scenario, peer against bounced bytes. */
export async function designs(
  db: Database,
  nightlyRun: number,
): Promise<{readonly kernels: readonly string[]; readonly rows: readonly DesignRow[]}> {
  const results = await resultsOf(db, nightlyRun);
  const measured = await db
    .selectFrom('measurements')
    .innerJoin('results', 'results.run_id', 'measurements.run_id')
    .where('results.nightly_run_id', '=', nightlyRun)
    .where('measurements.unit', '=', 'bytes')
    .select(['measurements.run_id as run', 'measurements.name', 'measurements.value'])
    .execute();
  const bytes = Map.groupBy(measured, ({run}) => run);
  const rows = Map.groupBy(results, ({scenario, topology, variant}) =>
    JSON.stringify([scenario, topology, variant]),
  );
  return {
    kernels: [...new Set(results.map(({kernel}) => kernel))],
    rows: [...rows.values()].flatMap((own) => {
      const [any] = own;
      if (any === undefined) return [];
      const cells = own.map((result) => [result.kernel, {result, bytes: bytesOf(result)}] as const);
      const {scenario, topology, variant} = any;
      return [{scenario, topology, variant, cells: Object.fromEntries(cells)}];
    }),
  };

  function bytesOf({run}: NightlyRunResult): DesignCell['bytes'] {
    const own = run === null ? undefined : bytes.get(run.id);
    if (own === undefined) return undefined;
    const value = (name: string): number => own.find((one) => one.name === name)?.value ?? 0;
    return {
      peer: value('peer-bytes'),
      hostMemory: value('host-memory-bytes'),
      lost: value('lost-bytes'),
    };
  }
}
