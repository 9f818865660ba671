// SPDX-License-Identifier: MIT
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {HostError} from '../../../src/base/errors.ts';
import {sharedShelf} from '../../../src/runner/queue/shelf.ts';
import {recordingContext} from '../../base/contexts.ts';

const root = mkdtempSync(path.join(tmpdir(), 'p2plab-test-'));
process.on('exit', () => {
  rmSync(root, {recursive: true, force: true});
});

const context = recordingContext();
const visible = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => !name.startsWith('.'));

function bundle(name: string): string {
  const folder = path.join(root, 'state', name);
  mkdirSync(path.join(folder, 'disks'), {recursive: true});
  writeFileSync(path.join(folder, 'reproduce.sh'), '#!/bin/sh\n', {mode: 0o755});
  writeFileSync(path.join(folder, 'disks/a'), 'a');
  return folder;
}

test('a bundle is seen whole or not at all', async (t) => {
  const folder = path.join(root, 'placed');
  const shelf = await sharedShelf(folder);
  const own = bundle('one');
  const parcel = await shelf.bring(own, context);
  t.deepEqual(visible(folder), []);
  t.true(existsSync(own));
  await parcel.place();
  await parcel.place();
  t.deepEqual(readdirSync(folder), ['one']);
  t.is(parcel.target, path.join(folder, 'one'));
  t.is(statSync(path.join(folder, 'one/reproduce.sh')).mode & 0o777, 0o755);
  t.true(existsSync(path.join(folder, 'one/disks/a')));
  await parcel.tidy();
  t.false(existsSync(own));
});

test('what comes too late leaves nothing, placed or not', async (t) => {
  const folder = path.join(root, 'discarded');
  const shelf = await sharedShelf(folder);
  for (const placed of [false, true]) {
    const own = bundle('late');
    const parcel = await shelf.bring(own, context);
    if (placed) await parcel.place();
    await parcel.discard();
    t.deepEqual(readdirSync(folder), []);
    t.false(existsSync(own));
  }
});

test('what a dead worker left half brought goes after a day', async (t) => {
  const folder = path.join(root, 'stale');
  for (const name of ['.old.partial', '.new.partial', 'kept'])
    mkdirSync(path.join(folder, name), {recursive: true});
  utimesSync(path.join(folder, '.old.partial'), 0, 0);
  await sharedShelf(folder);
  t.deepEqual(readdirSync(folder).toSorted(), ['.new.partial', 'kept']);
});

test("a folder that cannot be used is the host's failure", async (t) => {
  writeFileSync(path.join(root, 'file'), '');
  const error = await t.throwsAsync(sharedShelf(path.join(root, 'file')), {instanceOf: HostError});
  t.regex(error.message, /cannot be put into/);
  const folder = path.join(root, 'gone');
  const parcel = await (await sharedShelf(folder)).bring(bundle('two'), context);
  rmSync(folder, {recursive: true});
  const lost = await t.throwsAsync(parcel.place(), {instanceOf: HostError});
  // Nor is it taken for a database that is away, and tried for minutes.
  t.notRegex(lost.message, /ENOENT/);
});
