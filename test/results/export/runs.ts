// SPDX-License-Identifier: MIT
import {temporary} from '../../base/temporary-cache.ts';
import path from 'node:path';
import {openDatabase} from '../../../src/results/database/connect.ts';
import {recordRun} from '../../../src/results/database/record.ts';
import {type Run, runOf} from '../../../src/results/queries/run.ts';
import {copied, facts} from '../facts.ts';

/** Runs as the database has them: one of each verdict, with all that an export may trip over. */
export async function recordedRuns(): Promise<readonly Run[]> {
  const context = {signal: new AbortController().signal, report: () => undefined};
  const {db, close} = await openDatabase(path.join(temporary, 'exports.sqlite'), context);
  const hostile = '=cmd()|"a",\u0000\u001b[2J\nnot ok 9 # SKIP <![CDATA[ ]]> \ud800';
  const given = [
    facts({scenario: 'iommu/vtd-strict'}),
    facts({verdict: 'fail', reason: hostile, steps: [{...copied, verdict: 'fail', reason: hostile}]}),
    facts({verdict: 'crash', reason: 'x'.repeat(40_000), kernel: 'switch', variant: 'debug', steps: []}),
    facts({verdict: 'error', reason: 'the lab', knownIssue: 'map-page-below-switch'}),
    facts({verdict: 'skip', reason: 'igb needs QEMU 8'}),
  ];
  const runs: Run[] = [];
  for (const one of given) {
    const run = await runOf(db, await recordRun(db, one));
    if (run !== undefined) runs.push(run);
  }
  await close();
  return runs;
}
