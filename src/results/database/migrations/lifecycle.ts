// SPDX-License-Identifier: MIT
import type {Kysely} from 'kysely';
import {renameScenarios} from './scenarios.ts';

interface Cases {
  readonly cases: {readonly topology: string};
}

/** The scenarios that remove and rebind devices, and their topology, were called awkward. */
export async function lifecycle(db: Kysely<unknown>): Promise<void> {
  await renameScenarios(db, 'awkward/', 'lifecycle/');
  const cases = db as unknown as Kysely<Cases>;
  await cases.updateTable('cases').set({topology: 'lifecycle'}).where('topology', '=', 'awkward').execute();
}
