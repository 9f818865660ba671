// SPDX-License-Identifier: MIT
import type {Kysely} from 'kysely';
import {renameScenarios} from './scenarios.ts';

interface Cases {
  readonly cases: {readonly variant: string; readonly topology: string};
}

/** The variant that counts instructions, and the scenarios that measure what mapping costs, were called `counted`. */
export async function mapCosts(db: Kysely<unknown>): Promise<void> {
  const cases = db as unknown as Kysely<Cases>;
  await cases
    .updateTable('cases')
    .set({variant: 'instruction-count'})
    .where('variant', '=', 'counted')
    .execute();
  for (const topology of ['provider', 'no-provider'])
    await cases
      .updateTable('cases')
      .set({topology: `map-cost-${topology}`})
      .where('topology', '=', `counted-${topology}`)
      .execute();
  await renameScenarios(db, 'counted/', 'map-cost/');
}
