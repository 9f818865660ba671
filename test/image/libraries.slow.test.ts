// SPDX-License-Identifier: MIT
import {cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {HostError} from '../../src/base/errors.ts';
import {librariesIn, librariesOf} from '../../src/image/libraries.ts';

const program = '/usr/sbin/dropbear';

/** A folder with the program and what it needs, as they lie in the system. */
async function otherSystem(): Promise<string> {
  const root = mkdtempSync(path.join(temporary, 'root-'));
  for (const file of [program, ...(await librariesOf(program))]) {
    mkdirSync(path.join(root, path.dirname(file)), {recursive: true});
    cpSync(realpathSync(file), path.join(root, file));
  }
  return root;
}

test('a program that cannot be run needs what the loader says of one that can', async (t) => {
  const root = await otherSystem();
  const found = await librariesIn(root, path.join(root, program));
  const names = (files: readonly string[]): readonly string[] =>
    files.map((file) => path.basename(file)).sort();
  t.deepEqual(names(found.map(({path: file}) => file)), names(await librariesOf(program)));
  t.true(found.every(({from}) => from.startsWith(root)));
});

test('a library that is missing is named', async (t) => {
  const root = await otherSystem();
  const [gone = ''] = (await librariesOf(program)).filter((file) => file.includes('libcrypt'));
  rmSync(path.join(root, gone));
  const error = await t.throwsAsync(librariesIn(root, path.join(root, program)), {instanceOf: HostError});
  t.true(error.message.includes(path.basename(gone)), error.message);
});
