// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {PNG} from 'pngjs';
import {type Connection, openDatabase} from '../../src/results/database/connect.ts';
import {endNightlyRun, openNightlyRun} from '../../src/results/database/nightly-runs.ts';
import {recordRun} from '../../src/results/database/record.ts';
import type {Outcome} from '../../src/results/outcome.ts';
import type {Verdict} from '../../src/base/verdict.ts';
import {copied, facts} from '../results/facts.ts';

/** What a hostile guest writes: markup, a script, an end of whatever it stands in, control characters. */
export const hostile =
  '</pre></script><script>document.title="owned"</script><img src=x onerror=alert(1)> "\'> \u001b[2J\u202e {{7*7}}';

const tree = [
  {id: 'rp0', parent: null, bdf: '0000:00:01.0', kind: 'root-port', text: 'root port'},
  {id: 'sw0', parent: 'rp0', bdf: '0000:01:00.0', kind: 'upstream-port', text: 'switch, upstream port'},
  {id: 'src', parent: 'sw0', bdf: '0000:03:00.0', kind: 'endpoint', text: 'nvme, disk 1 MiB'},
  {id: 'cmb', parent: 'sw0', bdf: '0000:04:00.0', kind: 'endpoint', text: `nvme ${hostile}`},
];

let made = 0;

/** A folder as a run leaves it, with a picture and a console that holds what is given. */
function bundle(console_: string): string {
  const folder = path.join(temporary, `bundle-${++made}`);
  mkdirSync(path.join(folder, 'screens'), {recursive: true});
  const put = (name: string, content: string | Buffer): void => {
    writeFileSync(path.join(folder, name), content);
  };
  put('dmesg.txt', console_);
  put('tree.json', JSON.stringify(tree));
  put('reproduce.sh', '#!/bin/sh\n');
  const check = {name: 'ledger', ok: false, witness: 'host', detail: hostile};
  const report = {title: `KASAN: use-after-free ${hostile}`, decoded: [`f (a.c:1) ${hostile}`]};
  const steps = [{title: 'copy', checks: [check]}];
  put('result.json', JSON.stringify({steps, kernelSays: [hostile], report}));
  put('screens/display.png', PNG.sync.write(new PNG({width: 8, height: 8})));
  return folder;
}

const nightlyRunsOf: readonly Readonly<Record<string, Outcome>>[] = [
  {copy: 'pass', broken: 'pass', mended: 'fail', flaky: 'pass', gone: 'pass', lab: 'pass', gap: 'known'},
  {copy: 'pass', broken: 'pass', mended: 'fail', flaky: 'flaky', gone: 'pass', lab: 'pass', gap: 'known'},
  {copy: 'pass', broken: 'crash', mended: 'pass', flaky: 'flaky', lab: 'error', gap: 'known', fresh: 'skip'},
];

/** A database with some nightly runs of two kernels, in which everything happens that a page has to show. */
export async function seeded(
  name: string,
  url = path.join(temporary, `${name}.sqlite`),
): Promise<Connection> {
  const connection = await openDatabase(url, {signal: new AbortController().signal, report: () => undefined});
  const {db} = connection;
  const now = Date.now();
  for (const [index, outcomes] of nightlyRunsOf.entries()) {
    const begun = new Date(now - (nightlyRunsOf.length - index) * 86_400_000).toISOString();
    const nightlyRun = await openNightlyRun(db, {suite: 'nightly', begun, host: 'host-1', planned: 14});
    const ended = [];
    for (const kernel of ['baseline', 'switch+my/series']) {
      for (const [scenario, outcome] of Object.entries(outcomes)) {
        const known = outcome === 'known' ? 'fail' : outcome === 'flaky' ? 'pass' : outcome;
        const verdict: Verdict = kernel === 'baseline' && known === 'crash' ? 'pass' : known;
        const told = outcome === 'known' || outcome === 'flaky' ? outcome : verdict;
        const reason = verdict === 'pass' ? 'src wrote 64 KiB to cmb.' : `${verdict}: ${hostile}`;
        const one = facts({
          ...{scenario, kernel, verdict, reason, begun},
          durationMs: 1000 + 100 * index,
          bundle: bundle(`[    1.0] BUG: kernel NULL pointer dereference ${hostile}\n${hostile}\n`),
          steps: [{...copied, verdict, reason}],
        });
        await recordRun(db, one, nightlyRun);
        const about = {scenario, topology: 'nvme-switch', variant: 'plain', kernel};
        ended.push({...about, outcome: told, attempts: 1, run: one.name});
      }
    }
    await endNightlyRun(db, nightlyRun, ended);
  }
  await openNightlyRun(db, {suite: 'smoke', begun: new Date(now).toISOString(), host: 'host-1', planned: 3});
  return connection;
}
