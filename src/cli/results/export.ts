// SPDX-License-Identifier: MIT
import {writeFile} from 'node:fs/promises';
import {displayPath} from '../../base/paths.ts';
import type {Database} from '../../results/database/tables.ts';
import {csv} from '../../results/export/csv.ts';
import {junit} from '../../results/export/junit.ts';
import {kcidb} from '../../results/export/kcidb.ts';
import {ktap} from '../../results/export/ktap.ts';
import {selectRuns} from '../../results/export/select-runs.ts';
import type {Run} from '../../results/queries/run.ts';
import {reportedRun} from '../../results/reported.ts';

const formats = {
  ktap: (runs: readonly Run[]) => ktap(runs.map(reportedRun)),
  junit: (runs: readonly Run[]) => junit(runs.map(reportedRun)),
  kcidb,
  csv,
} as const;

export const exporters = Object.keys(formats) as readonly (keyof typeof formats)[];

/** Writes runs in a format that others read, the oldest first. */
export async function exportRuns(
  db: Database,
  {
    format,
    nightlyRun,
    most,
    output,
  }: {
    readonly format: keyof typeof formats;
    readonly nightlyRun?: number | undefined;
    readonly most: number;
    readonly output?: string | undefined;
  },
): Promise<void> {
  const runs = await selectRuns(db, {nightlyRun, most});
  const text = `${formats[format](runs)}\n`;
  if (output === undefined) process.stdout.write(text);
  else {
    await writeFile(output, text);
    process.stderr.write(`p2plab: ${runs.length} runs in ${displayPath(output)}\n`);
  }
}
