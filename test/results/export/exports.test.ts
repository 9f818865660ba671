// SPDX-License-Identifier: MIT
// What is exported is read by parsers of others; KTAP by the kernel's in ktap.test.ts.
import {recordedRuns} from './runs.ts';
import {Ajv2020} from 'ajv/dist/2020.js';
import test from 'ava';
import {parse} from 'csv-parse/sync';
import {execa} from 'execa';
import {sha256} from '../../../src/base/hash.ts';
import {csv} from '../../../src/results/export/csv.ts';
import {junit} from '../../../src/results/export/junit.ts';
import {kcidb} from '../../../src/results/export/kcidb.ts';
import {reportedRun} from '../../../src/results/reported.ts';
import {kcidbSchema} from './kcidb-5.3.ts';

const runs = await recordedRuns();

interface Document {
  readonly checkouts: readonly {readonly id: string; readonly patchset_hash: string}[];
  readonly builds: readonly {readonly id: string; readonly checkout_id: string}[];
  readonly tests: readonly {readonly build_id: string; readonly path: string; readonly status: string}[];
}

test('KCIDB: valid by the schema, and every id leads to an object', (t) => {
  const document = JSON.parse(kcidb(runs)) as Document;
  const validate = new Ajv2020({allErrors: true}).compile(kcidbSchema);
  t.true(validate(document), JSON.stringify(validate.errors, null, 1));
  t.deepEqual(
    document.tests.map(({path: name, status}) => [name, status]),
    [
      ['p2plab.iommu.vtd-strict', 'PASS'],
      ['p2plab.copy', 'FAIL'],
      ['p2plab.copy.debug', 'FAIL'],
      ['p2plab.copy', 'MISS'],
      ['p2plab.copy', 'SKIP'],
    ],
  );
  const builds = new Set(document.builds.map(({id}) => id));
  t.true(document.tests.every(({build_id: id}) => builds.has(id)));
  const checkouts = new Set(document.checkouts.map(({id}) => id));
  t.true(document.builds.every(({checkout_id: id}) => checkouts.has(id)));
  // sha256sum *.patch | cut -c-64 | sha256sum
  t.is(document.checkouts[0]?.patchset_hash, sha256(`${'a'.repeat(64)}\n`));
  t.false(validate({...document, topology: 'none'}), 'the schema refuses what it does not know');
});

test('CSV: a reader finds every run in its columns, and no formula', (t) => {
  const rows: Record<string, string>[] = parse(csv(runs), {columns: true});
  t.is(rows.length, runs.length);
  t.deepEqual(
    rows.map((row) => row['verdict']),
    ['pass', 'fail', 'crash', 'error', 'skip'],
  );
  t.is(rows[0]?.['peer-bytes'], '65536');
  t.is(rows[2]?.['peer-bytes'], '');
  t.true(rows[1]?.['reason']?.startsWith("'=cmd()"));
});

test('JUnit: xmllint reads it', async (t) => {
  const {exitCode, stderr} = await execa('xmllint', ['--noout', '-'], {
    input: junit(runs.map(reportedRun)),
    reject: false,
  });
  t.is(exitCode, 0, exitCode === undefined ? 'there is no xmllint: apt-get install libxml2-utils' : stderr);
});
