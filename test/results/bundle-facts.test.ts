// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {readBundle} from '../../src/results/bundle-facts.ts';
import {facts} from './facts.ts';

const {record} = facts({verdict: 'fail', reason: 'dst differs at 0x1000'});
const inputs = {
  ...{scenario: record.scenario, topology: record.topology, variant: 'plain'},
  kernel: {name: 'baseline', key: 'k', release: '6.12.0', source: {title: 'linux', key: 'linux'}},
  image: {key: 'i', sha256: 'f'.repeat(64)},
  qemu: {path: '/usr/bin/qemu', version: '10.0.2'},
  acceleration: {name: 'tcg', why: 'no kvm'},
};

function bundle(name: string, files: Readonly<Record<string, string>>): string {
  const folder = path.join(temporary, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
  return folder;
}

const whole = {'result.json': JSON.stringify(record), 'inputs.json': JSON.stringify(inputs)};

test('a bundle says all that is recorded', async (t) => {
  const host = JSON.stringify({begun: '2026-01-02T03:04:05.678Z', host: {name: 'h', processors: 2}});
  const folder = bundle('2026-01-02T030405Z_copy_baseline_abc', {...whole, 'host.json': host});
  const found = await readBundle(folder);
  t.like(found, {name: path.basename(folder), begun: '2026-01-02T03:04:05.678Z', bundle: folder});
  t.like(found.environment, {host: 'h', acceleration: 'tcg', qemu: record.qemu, image: 'f'.repeat(64)});
  t.like(found.fingerprint, {verdict: 'fail', title: 'dst differs at 0x…'});
  t.deepEqual(found.record, record);
});

test('a bundle of an older lab says when by its name, and no host', async (t) => {
  const found = await readBundle(bundle('2026-01-02T030405Z_copy_baseline_def', whole));
  t.is(found.begun, '2026-01-02T03:04:05.000Z');
  t.is(found.environment.host, 'unknown');
});

test('what is no whole bundle is told, with what is wrong', async (t) => {
  const none = await t.throwsAsync(readBundle(bundle('empty', {})));
  t.regex(none.message, /empty is no bundle of a run: it has no result\.json/);
  const odd = await t.throwsAsync(
    readBundle(bundle('odd', {...whole, 'result.json': '{"verdict":"great"}'})),
  );
  t.regex(odd.message, /its result\.json is not what p2plab writes/);
});
