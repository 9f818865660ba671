// SPDX-License-Identifier: MIT
import type {Kysely} from 'kysely';

/** A case is of a variant of the kernel: until then that column was called `lane`. */
export async function variants(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('cases').renameColumn('lane', 'variant').execute();
}
