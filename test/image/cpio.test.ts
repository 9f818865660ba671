// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import path from 'node:path';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {temporary} from '../base/temporary-cache.ts';
import {cpioArchive, type Entry} from '../../src/image/cpio.ts';

const name = fc.stringMatching(/^[a-zäß][a-z0-9ä.-]{0,40}$/);
const content = fc.uint8Array({maxLength: 300});

/** Entries in one folder, with names that differ: what a kernel can unpack. */
const someEntries = fc
  .uniqueArray(
    fc.oneof(
      fc.record({
        kind: fc.constant('file' as const),
        path: name,
        mode: fc.constantFrom(0o644, 0o755, 0o600),
        content,
      }),
      fc.record({kind: fc.constant('directory' as const), path: name, mode: fc.constantFrom(0o755, 0o700)}),
      fc.record({kind: fc.constant('link' as const), path: name, target: name}),
    ),
    {selector: (entry) => entry.path, maxLength: 20},
  )
  .map((entries): readonly Entry[] => entries);

testProp('what is packed is what cpio unpacks', [someEntries], (t, entries) => {
  const folder = mkdtempSync(path.join(temporary, 'unpack-'));
  execFileSync('cpio', ['-i', '--quiet'], {input: cpioArchive(entries), cwd: folder});
  t.is(readdirSync(folder).length, entries.length);
  for (const entry of entries) {
    const file = path.join(folder, entry.path);
    const found = lstatSync(file);
    switch (entry.kind) {
      case 'file':
        t.true(readFileSync(file).equals(entry.content));
        t.is(found.mode & 0o7777, entry.mode);
        break;
      case 'directory':
        t.true(found.isDirectory());
        t.is(found.mode & 0o7777, entry.mode);
        break;
      case 'link':
        t.is(readlinkSync(file), entry.target);
        break;
      case 'character-device':
        t.fail();
    }
  }
});

test('devices have their numbers, and all is of root and of time 0', (t) => {
  const archive = cpioArchive([
    {kind: 'directory', path: 'dev', mode: 0o755},
    {kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1},
  ]);
  const listed = execFileSync('cpio', ['-itvn', '--quiet'], {
    input: archive,
    env: {TZ: 'UTC', PATH: process.env['PATH']},
  });
  t.regex(listed.toString(), /^crw-------\s+1 0\s+0\s+5,\s+1 Jan {2}1 {2}1970 dev\/console$/m);
});

testProp('an archive ends where the kernel looks for the next one', [someEntries], (t, entries) => {
  // init/initramfs.c, do_reset(): zeros, then a header at a multiple of four.
  t.is(cpioArchive(entries).length % 4, 0);
});
