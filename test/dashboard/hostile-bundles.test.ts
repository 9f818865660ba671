// SPDX-License-Identifier: MIT
// Bundles of somebody else's, and such as a crash of the host leaves: what they hold costs their own page a part at most.
import {temporary} from '../base/temporary-cache.ts';
import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {dashboard} from '../../src/dashboard/serve.ts';
import {buildSite} from '../../src/dashboard/site.ts';
import {openDatabase} from '../../src/results/database/connect.ts';
import {recordRun} from '../../src/results/database/record.ts';
import {facts} from '../results/facts.ts';

const context = {signal: new AbortController().signal, report: () => undefined};
const connection = await openDatabase(path.join(temporary, 'hostile.sqlite'), context);
const app = dashboard({db: connection.db, token: undefined, hosts: undefined});

const secret = path.join(temporary, 'secret');
mkdirSync(secret);
writeFileSync(path.join(secret, 'key.txt'), 'TOP-SECRET');
writeFileSync(path.join(secret, 'display.png'), 'TOP-SECRET');

/** What makes a bundle a bad one, by name. */
const bad: Readonly<Record<string, (folder: string) => void>> = {
  'a-result-cut-short': (folder) => {
    writeFileSync(path.join(folder, 'result.json'), '{"steps":[{"title":"co');
  },
  'a-result-of-other-types': (folder) => {
    writeFileSync(
      path.join(folder, 'result.json'),
      '{"steps":{"length":3},"kernelSays":7,"report":{"title":{},"decoded":"x"}}',
    );
  },
  'no-result': (folder) => {
    execFileSync('rm', [path.join(folder, 'result.json')]);
  },
  'a-tree-that-is-none': (folder) => {
    writeFileSync(path.join(folder, 'tree.json'), '{"id":1}');
  },
  'a-tree-with-a-circle': (folder) => {
    const node = {bdf: '0000:00:01.0', kind: 'endpoint', text: ''};
    const nodes = [
      {...node, id: 'a', parent: 'b'},
      {...node, id: 'b', parent: 'a'},
    ];
    writeFileSync(path.join(folder, 'tree.json'), JSON.stringify(nodes));
  },
  'a-folder-for-a-log': (folder) => {
    mkdirSync(path.join(folder, 'dmesg.txt'));
  },
  'a-fifo-for-a-log': (folder) => {
    execFileSync('mkfifo', [path.join(folder, 'dmesg.txt')]);
  },
  'a-fifo-for-a-result': (folder) => {
    execFileSync('rm', [path.join(folder, 'result.json')]);
    execFileSync('mkfifo', [path.join(folder, 'result.json')]);
  },
  'links-to-files': (folder) => {
    for (const name of ['dmesg.txt', 'paths.txt', 'console.log'])
      symlinkSync(path.join(secret, 'key.txt'), path.join(folder, name));
    symlinkSync(path.join(secret, 'display.png'), path.join(folder, 'display.png'));
  },
  'links-to-folders': (folder) => {
    symlinkSync(secret, path.join(folder, 'screens'));
  },
};

const runs = new Map<string, number>();
for (const [name, spoil] of Object.entries({good: (folder: string) => folder, ...bad})) {
  const folder = path.join(temporary, 'runs', name);
  mkdirSync(folder, {recursive: true});
  writeFileSync(path.join(folder, 'result.json'), JSON.stringify(facts().record));
  spoil(folder);
  const one = facts({scenario: name, verdict: 'fail', reason: `cause of ${name}`, bundle: folder});
  runs.set(name, await recordRun(connection.db, one));
}

for (const [name, run] of runs)
  test(`served: the page of a run shows what there is: ${name}`, async (t) => {
    const page = await app.request(`/run/${run}.html`);
    t.is(page.status, 200);
    const text = await page.text();
    t.true(text.includes(`cause of ${name}`));
    t.false(text.includes('TOP-SECRET'));
    const odd = !['good', 'no-result', 'a-tree-with-a-circle', 'links-to-folders'].includes(name);
    t.is(text.includes('Its bundle is damaged'), odd);
    t.is((await app.request(`/run/${run}.json`)).status, 200);
    for (const file of ['dmesg.txt', 'paths.txt', 'display.png', 'screens/key.txt', 'screens/display.png']) {
      const answer = await app.request(`/files/${run}/${file}`);
      t.is(answer.status, 404, file);
      t.false((await answer.text()).includes('TOP-SECRET'));
    }
  });

test('built: no damaged bundle keeps the others out, and nothing of the host is in the site', async (t) => {
  const folder = path.join(temporary, 'site');
  await buildSite(connection, folder, context);
  for (const run of runs.values()) t.true(readdirSync(path.join(folder, 'run')).includes(`${run}.html`));
  for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
    t.true(entry.isFile() || entry.isDirectory(), entry.name);
    if (!entry.isFile()) continue;
    t.false(readFileSync(path.join(entry.parentPath, entry.name), 'utf8').includes('TOP-SECRET'), entry.name);
  }
});

test('an empty token is refused: everybody has it', (t) => {
  for (const token of ['', ' ', '\t'])
    t.throws(() => dashboard({db: connection.db, token, hosts: undefined}), {message: /empty token/});
});
