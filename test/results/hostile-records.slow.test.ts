// SPDX-License-Identifier: MIT
// What a bundle says, when a stranger wrote it: bounded, of the right types, and never more than its own run's trouble.
import {told} from '../helpers/findings.ts';
import {temporary} from '../base/temporary-cache.ts';
import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {boundedRecord, recordSchema} from '../../src/results/record-schema.ts';
import {readBundle} from '../../src/results/bundle-facts.ts';
import {openDatabase} from '../../src/results/database/connect.ts';
import {recordRun} from '../../src/results/database/record-run.ts';
import {listRuns} from '../../src/results/queries/list.ts';
import {p2plab} from '../cli/p2plab.ts';
import {copied, facts} from './facts.ts';

const context = {signal: new AbortController().signal, report: () => undefined};
const inputs = {
  kernel: {name: 'baseline', key: 'k', release: '6.12'},
  image: {sha256: 'x'},
  acceleration: {name: 'tcg'},
};
const good = facts({verdict: 'fail', reason: 'dst differs'}).record;

function bundle(folder: string, result: unknown, more: Readonly<Record<string, string>> = {}): string {
  mkdirSync(folder, {recursive: true});
  const files = {'result.json': JSON.stringify(result), 'inputs.json': JSON.stringify(inputs), ...more};
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

test('a reason of 60 MB is kept in 4,096 characters, with both its ends', async (t) => {
  const reason = `begin ${'x'.repeat(60_000_000)} end`;
  const folder = bundle(path.join(temporary, '2026-01-02T030405Z_long_baseline_1'), {...good, reason});
  const {record, fingerprint} = await readBundle(folder);
  t.is(record.reason.length <= 4096, true);
  t.regex(record.reason, /^begin x+… \d+ characters left out …x+ end$/);
  t.true((fingerprint?.title.length ?? Infinity) <= 300);
});

test('where it is written it is bounded as where it is read', (t) => {
  const long = 'y'.repeat(10 ** 6);
  const record = boundedRecord({
    ...good,
    reason: long,
    kernelSays: Array.from({length: 10_000}, () => long.slice(0, 5000)),
    steps: [
      {
        ...copied,
        reason: long,
        checks: [{name: 'ledger', ok: false, witness: 'host', detail: long, finding: told('x')}],
        guest: [{command: ['x'], code: 0, facts: [], stdout: long, stderr: `a\0b\uD800`}],
      },
    ],
  });
  t.true(JSON.stringify(record.steps).length < 100_000);
  t.is(record.kernelSays.length, 4096);
  t.is(record.steps[0]?.guest[0]?.stderr, 'a\u{FFFD}b\u{FFFD}');
  t.deepEqual(
    recordSchema.parse(JSON.parse(JSON.stringify(record))) as unknown,
    JSON.parse(JSON.stringify(record)),
  );
});

const odd: Readonly<Record<string, unknown>> = {
  'no steps': {...good, steps: undefined},
  'steps that are none': {...good, steps: 'many'},
  'a name of a megabyte': {...good, scenario: 's'.repeat(10 ** 6)},
  'a name with a NUL': {...good, kernel: 'a\0b'},
  'measurements that are none': {...good, steps: [{...copied, measurements: 5}]},
  'a measurement without a value': {...good, steps: [{...copied, measurements: [{name: 'a', unit: 'b'}]}]},
  'a BAR that is none': {...good, steps: [{...copied, ledger: [{...copied.ledger[0], bar: {}}]}]},
  'a BAR too large for a column': {
    ...good,
    steps: [{...copied, ledger: [{...copied.ledger[0], bar: 2 ** 40}]}],
  },
  'bytes below none': {...good, steps: [{...copied, ledger: [{...copied.ledger[0], bytes: -1}]}]},
  'bytes too large for a column': {
    ...good,
    steps: [{...copied, ledger: [{...copied.ledger[0], bytes: 1e300}]}],
  },
  'a way that is none': {...good, steps: [{...copied, ledger: [{...copied.ledger[0], route: ['upstream']}]}]},
  'a known issue that is none': {...good, knownIssue: {toString: 1}},
  'a report that is none': {...good, verdict: 'crash', report: {kind: 'oops', title: 'x', trace: [1]}},
  'a list': [good],
  nothing: null,
};

for (const [what, result] of Object.entries(odd))
  test(`refused: ${what}`, async (t) => {
    const folder = bundle(path.join(temporary, 'odd', what.replaceAll(' ', '-')), result);
    await t.throwsAsync(readBundle(folder), {
      name: 'UsageError',
      message: /its result\.json is not what p2plab writes/,
    });
  });

test('refused: inputs and a host that are not what p2plab writes', async (t) => {
  const deep = `{"name":"h","x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
  for (const more of [
    {'inputs.json': '{}'},
    {'host.json': '{"begun":"yesterday","host":{"name":"h"}}'},
    {'host.json': '{"begun":'},
    {'host.json': `{"begun":"2026-01-02T03:04:05.678Z","host":{"name":"${'h'.repeat(10 ** 6)}"}}`},
  ])
    await t.throwsAsync(readBundle(bundle(path.join(temporary, 'odd-inputs'), good, more)), {
      name: 'UsageError',
    });
  // Whatever comes of this one, it is no more than an error.
  const host = {'host.json': `{"begun":"2026-01-02T03:04:05.678Z","host":${deep}}`};
  await readBundle(bundle(path.join(temporary, 'deep'), good, host)).catch(() => undefined);
  t.pass();
});

testProp(
  'whatever a result says, it is read or refused, and what is read can be recorded',
  [fc.jsonValue(), fc.nat()],
  async (t, value, at) => {
    const {db, close} = await openDatabase(path.join(temporary, 'property.sqlite'), context);
    const keys = Object.keys(good);
    const key = keys[at % keys.length] ?? '';
    const folder = bundle(path.join(temporary, 'property', `run-${at}`), {...good, [key]: value});
    try {
      await recordRun(db, await readBundle(folder));
    } catch (error) {
      t.is((error as Error).name, 'UsageError', String(error));
    } finally {
      await close();
    }
    t.pass();
  },
  {numRuns: 60},
);

test('import goes on after each bundle that is none, tells it, and ends with 2', async (t) => {
  const folder = path.join(temporary, 'import');
  bundle(path.join(folder, '2026-01-01T000000Z_a'), {...good, scenario: 'first'});
  for (const [index, result] of Object.values(odd).entries())
    bundle(path.join(folder, `2026-01-02T0000${String(index).padStart(2, '0')}Z_odd`), result);
  const fifo = bundle(path.join(folder, '2026-01-03T000000Z_fifo'), good);
  execFileSync('rm', [path.join(fifo, 'result.json')]);
  execFileSync('mkfifo', [path.join(fifo, 'result.json')]);
  const named = bundle(path.join(folder, '2026-01-04T000000Z_\u001b[2Jname'), null);
  bundle(path.join(folder, '2026-01-05T000000Z_z'), {
    ...good,
    scenario: 'last',
    kernel: '\u001b]0;x\u0007k\u009b2J',
  });
  const database = path.join(temporary, 'import.sqlite');
  const {exitCode, stdout, stderr} = await p2plab([
    ...['results', 'import', path.join(temporary, 'none'), folder, '--database', database],
  ]);
  t.is(exitCode, 2, stderr);
  const many = Object.keys(odd).length + 2;
  t.is(stdout, `${many + 2} bundles: 2 recorded, ${many + 1} left out`);
  t.is(stderr.match(/left out: /g)?.length, many + 1);
  t.true(
    stderr.includes(`${path.join(temporary, 'none')} is no directory of bundles: it is not there`),
    stderr,
  );
  t.false(/[^\n\P{Cc}]/u.test(stderr), named);
  const {db, close} = await openDatabase(database, context);
  t.deepEqual(
    (await listRuns(db)).map(({scenario}) => scenario),
    ['last', 'first'],
  );
  await close();
  for (const args of [['list'], ['list', '--json'], ['show', 'last'], ['show', 'last', '--json']]) {
    const shown = await p2plab(['results', ...args, '--database', database]);
    t.is(shown.exitCode, 0, shown.stderr);
    t.false(/[^\n\P{Cc}]/u.test(shown.stdout), args.join(' '));
  }
  for (const format of ['csv', 'junit', 'ktap', 'kcidb']) {
    const shown = await p2plab(['results', 'export', '--format', format, '--database', database]);
    t.is(shown.exitCode, 0, shown.stderr);
    t.false(/[^\n\P{Cc}]/u.test(shown.stdout), format);
  }
});
