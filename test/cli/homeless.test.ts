// SPDX-License-Identifier: MIT
import {spawnSync} from 'node:child_process';
import {getuid} from 'node:process';
import path from 'node:path';
import test from 'ava';

const launcher = path.resolve(import.meta.dirname, '../../p2plab');

/** Runs the lab as a user without an entry in passwd and without HOME. */
function asNobody(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const user = ['--reuid', '54321', '--regid', '54321', '--clear-groups', launcher];
  return spawnSync('setpriv', [...user, ...words], {
    encoding: 'utf8',
    env: {PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...env},
  });
}

const asRoot = getuid?.() === 0 ? test : test.skip;

asRoot('a user without a home is told what to set', (t) => {
  const {status, stderr} = asNobody(['run', 'nvme-copy-same-switch']);
  t.is(status, 3);
  t.regex(
    stderr,
    /^p2plab: HOME is not set, and this user has no passwd entry\n {8}set HOME, or XDG_CACHE_HOME/,
  );
  t.notRegex(stderr, /\n {4}at /, 'no stack');
  t.is(asNobody(['run', '--bisect', 'nvme-copy-same-switch']).status, 125);
});

asRoot('a user without a home whose folders are given needs none', (t) => {
  const folders = {XDG_CACHE_HOME: '/tmp/p2plab-none', XDG_STATE_HOME: '/tmp/p2plab-none'};
  const {status, stdout} = asNobody(['topology', 'show', 'nvme-switch'], folders);
  t.is(status, 0);
  t.regex(stdout, /^Two NVMe/);
});
