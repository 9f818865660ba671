// SPDX-License-Identifier: MIT
import {chmodSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {recordingContext} from '../base/contexts.ts';
import {temporary} from '../base/temporary-cache.ts';
import {HostError} from '../../src/base/errors.ts';
import {openArchive} from '../../src/build/apt.ts';

const context = recordingContext();

/** An apt-get that says what it was asked for, and fails for one word. */
const script = `#!/bin/sh
case "$*" in
*indextargets*) printf 'main http://deb.example.org/security\\nmain http://deb.example.org/debian/\\n' ;;
*unknown*) echo 'W: a warning'; echo 'E: Unable to locate package unknown'; exit 100 ;;
*) echo "$PWD" "$@" ;;
esac
`;

test.before(() => {
  const folder = mkdtempSync(path.join(temporary, 'apt-'));
  for (const name of ['apt-get', 'apt-cache']) {
    writeFileSync(path.join(folder, name), script);
    chmodSync(path.join(folder, name), 0o755);
  }
  process.env['PATH'] = `${folder}:${process.env['PATH'] ?? ''}`;
});

function folderOf(): string {
  return mkdtempSync(path.join(temporary, 'archive-'));
}

test("another suite comes from the machine's own mirror of Debian, and nothing else is asked", async (t) => {
  const folder = folderOf();
  const apt = await openArchive({suite: 'sid'}, folder, context);
  const said = await apt('apt-get', ['download', 'linux-source-7.2']);
  const list = path.join(folder, 'sources.list');
  t.regex(
    readFileSync(list, 'utf8'),
    /^deb (\[signed-by=\S+\] )?http:\/\/deb\.example\.org\/debian sid main\n$/,
  );
  for (const word of [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::State::status=/dev/null',
  ])
    t.true(said.includes(word), said);
  t.true(said.startsWith(`${folder} `) && said.endsWith(' download linux-source-7.2'));
  t.false(said.includes('APT::Architecture'));
});

test('sources of packages come from the same mirror', async (t) => {
  const folder = folderOf();
  await openArchive({suite: 'sid', sources: true}, folder, context);
  t.regex(
    readFileSync(path.join(folder, 'sources.list'), 'utf8'),
    /^deb-src (\[signed-by=\S+\] )?http\S+ sid main\n$/,
  );
});

test("another architecture comes from the machine's own suites", async (t) => {
  const apt = await openArchive({architecture: 'arm64'}, folderOf(), context);
  const said = await apt('apt-cache', ['policy', 'x']);
  t.true(said.includes('APT::Architectures=arm64'));
  t.false(said.includes('sourcelist'));
});

test('what apt cannot do it says itself', async (t) => {
  const apt = await openArchive({suite: 'sid', architecture: 'arm64'}, folderOf(), context);
  await t.throwsAsync(apt('apt-get', ['download', 'unknown']), {
    instanceOf: HostError,
    message: "cannot get Debian's packages (sid, arm64):\nW: a warning\nE: Unable to locate package unknown",
  });
});
