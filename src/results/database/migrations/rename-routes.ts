// SPDX-License-Identifier: MIT
import type {Kysely} from 'kysely';

const routes = {up: 'upstream', turned: 'peer-to-peer'} as const;

interface Ledger {
  readonly ledger: {readonly route: string | null; readonly target: string};
}

/** DMA takes a route rather than a way, and what no target decodes is unmapped. */
export async function renameRoutes(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('ledger').renameColumn('way', 'route').execute();
  const flows = db as unknown as Kysely<Ledger>;
  for (const [before, now] of Object.entries(routes))
    await flows.updateTable('ledger').set({route: now}).where('route', '=', before).execute();
  await flows.updateTable('ledger').set({target: 'unmapped'}).where('target', '=', 'nowhere').execute();
}
