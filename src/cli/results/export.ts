// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import {displayPath} from '../../base/paths.ts';
import type {Database} from '../../results/database/tables.ts';
import {type ExportFormat, exported} from '../../results/export/formats.ts';
import {selectRuns} from '../../results/export/select-runs.ts';

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
  const runs = await selectRuns(db, {nightlyRun, limit});
  const text = `${exported(format, runs)}\n`;
  if (output === undefined) process.stdout.write(text);
  else {
    await writeFile(output, text);
    process.stderr.write(`p2plab: ${runs.length} runs in ${displayPath(output)}\n`);
  }
}
