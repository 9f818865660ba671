// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import {UsageError} from '../../base/errors.ts';
import {displayPath} from '../../base/paths.ts';
import type {Database} from '../../results/database/tables.ts';
import {type ExportFormat, exported} from '../../results/export/formats.ts';
import {listRuns} from '../../results/queries/list.ts';
import {type Run, runOf} from '../../results/queries/run.ts';

/** Writes runs in a format that others read, the oldest first. */
export async function exportRuns(
  db: Database,
  {
    format,
    nightlyRun,
    limit,
    output,
  }: {
    readonly format: ExportFormat;
    readonly nightlyRun?: number | undefined;
    readonly limit: number;
    readonly output?: string | undefined;
  },
): Promise<void> {
  const listed = await listRuns(
    db,
    nightlyRun === undefined ? {limit} : {nightlyRun, limit: Number.MAX_SAFE_INTEGER},
  );
  const runs: Run[] = [];
  for (const {id} of listed.toReversed()) {
    const run = await runOf(db, id);
    // It may have been pruned a moment ago.
    if (run !== undefined) runs.push(run);
  }
  // A document of no tests reads as one in which all is well.
  if (runs.length === 0)
    throw new UsageError(
      nightlyRun === undefined ? 'no run is recorded' : `no run of nightly run ${nightlyRun} is recorded`,
      {
        hint: './p2plab results list --nightly-runs shows what there is',
      },
    );
  const text = `${exported(format, runs)}\n`;
  if (output === undefined) process.stdout.write(text);
  else {
    await writeFile(output, text);
    process.stderr.write(`p2plab: ${runs.length} runs in ${displayPath(output)}\n`);
  }
}
