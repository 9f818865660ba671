// SPDX-License-Identifier: MIT
import {styleText} from 'node:util';
import {UsageError} from '../../base/errors.ts';
import {jsonText} from '../../base/json.ts';
import {displayPath} from '../../base/paths.ts';
import type {Database} from '../../results/database/tables.ts';
import {colours, headline, ledgerLines, printable} from '../../results/describe.ts';
import {findRun} from '../../results/queries/find-run.ts';
import {repeatCommand} from '../../results/repeat.ts';
import {reportedRun} from '../../results/reported.ts';

/** A run as text or JSON: by its number, the name of its bundle, or the newest one of a scenario. */
export async function showRun(db: Database, which: string, asJson: boolean): Promise<string> {
  const run = await findRun(db, which);
  if (run === undefined)
    throw new UsageError(`no run ${which} is recorded`, {hint: './p2plab results list shows the newest'});
  if (asJson) return jsonText(run, 2);
  const reported = reportedRun(run);
  const {environment} = run;
  const again = repeatCommand({...run, qemu: environment.qemu});
  return [
    headline(reported),
    `  ${printable(run.reason)}`,
    ...reported.steps.flatMap((step) => [
      `  ${styleText(colours[step.verdict], step.verdict.padEnd(5))} ${printable(step.title)}: ${printable(step.reason)}`,
      ...ledgerLines({steps: [step]}).map((line) => `      ${line.trim()}`),
    ]),
    printable(
      `  run ${run.id}, ${run.begun}, on ${environment.host} (${environment.acceleration}), Linux ${environment.kernel_release}`,
    ),
    ...(run.nightlyRun === null ? [] : [printable(`  nightly run ${run.nightlyRun} of ${run.suite ?? ''}`)]),
    ...(again === undefined ? [] : [`  again: ${printable(again)}`]),
    ...(run.bundle === null ? [] : [printable(`  evidence: ${displayPath(run.bundle)}`)]),
  ].join('\n');
}
