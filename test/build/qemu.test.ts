// SPDX-License-Identifier: MIT
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {UsageError} from '../../src/base/errors.ts';
import {labRoot} from '../../src/base/paths.ts';
import {chooseQemu, ensureQemu, qemuNames} from '../../src/build/qemu.ts';
import {recordingContext} from '../base/contexts.ts';

const quiet = recordingContext();

test("stock is the machine's own, and a path is what it is", async (t) => {
  t.deepEqual(await chooseQemu('stock', quiet), {name: 'stock'});
  t.deepEqual(await chooseQemu('./routed', quiet), {name: './routed', path: './routed'});
  const given = '/opt/qemu-system-x86_64';
  t.deepEqual(await chooseQemu(given, quiet), {name: given, path: given});
});

test('a name that lab/qemu does not have is told with those that it has', async (t) => {
  const error = await t.throwsAsync(ensureQemu('ruoted', quiet), {instanceOf: UsageError});
  t.is(error.message, 'there is no QEMU ruoted in lab/qemu');
  t.regex(error.hint ?? '', /\brouted\b/);
});

test('each patch of lab/qemu is signed off, as QEMU asks for', async (t) => {
  for (const name of await qemuNames()) {
    const folder = path.join(labRoot, 'lab/qemu', name);
    const patches = (await readdir(folder)).filter((file) => file.endsWith('.patch'));
    t.true(patches.length > 0, name);
    for (const patch of patches)
      t.regex(await readFile(path.join(folder, patch), 'utf8'), /^Signed-off-by: /m, patch);
  }
});
