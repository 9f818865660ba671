// SPDX-License-Identifier: MIT
import type {Kysely} from 'kysely';

const columns = {
  runs: ['night_id'],
  results: ['night_id', 'since_night', 'before_night'],
  states: ['since_night', 'said_night', 'before_night', 'last_night'],
} as const;

/** What was called a night is a nightly run. */
export async function nightlyRuns({schema}: Kysely<unknown>): Promise<void> {
  await schema.alterTable('nights').renameTo('nightly_runs').execute();
  for (const [table, names] of Object.entries(columns))
    for (const name of names)
      await schema.alterTable(table).renameColumn(name, name.replace('night', 'nightly_run')).execute();
}
