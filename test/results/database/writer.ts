// SPDX-License-Identifier: MIT
// A process of its own that opens a database, which it may have to make, and records runs: `writer.ts URL NAME COUNT`.
import {openDatabase} from '../../../src/results/database/connect.ts';
import {recordRun} from '../../../src/results/database/record.ts';
import {facts} from '../facts.ts';

const [url = '', name = '', count = '0'] = process.argv.slice(2);
const context = {signal: new AbortController().signal, report: () => undefined};
const {db, close} = await openDatabase(url, context);
for (let index = 0; index < Number(count); index++) {
  // Every other is another writer's too: it must be there once.
  const own = index % 2 === 0 ? `${name}-${index}` : `shared-${index}`;
  await recordRun(
    db,
    facts({name: own, scenario: `scenario-${index % 5}`, reason: 'cause', verdict: 'fail'}),
  );
}
await close();
