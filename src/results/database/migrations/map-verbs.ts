// SPDX-License-Identifier: MIT
import type {Kysely} from 'kysely';
import {renameScenarios} from './scenarios.ts';

const names = {
  survey: 'map-matrix',
  probe: 'map-probe',
  starve: 'fail-allocations',
  exhaust: 'drain-pool',
} as const;

interface Steps {
  readonly steps: {readonly verb: string};
}

/** The verbs that ask the DMA API say what they ask of it. */
export async function mapVerbs(db: Kysely<unknown>): Promise<void> {
  const steps = db as unknown as Kysely<Steps>;
  for (const [before, now] of Object.entries(names))
    await steps.updateTable('steps').set({verb: now}).where('verb', '=', before).execute();
  await renameScenarios(db, 'probe/', 'map-probe/');
}
