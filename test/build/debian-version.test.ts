// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {compareDebianVersions} from '../../src/build/debian-version.ts';

const version = fc.stringMatching(/^([0-3]:)?[0-9][0-9a-cA-C.+~]{0,5}(-[0-9a-c.+~]{1,4})?$/);

function dpkgSays(a: string, relation: string, b: string): boolean {
  try {
    execFileSync('dpkg', ['--compare-versions', a, relation, b]);
    return true;
  } catch {
    return false;
  }
}

testProp(
  'versions are ordered as dpkg orders them',
  [version, version],
  (t, a, b) => {
    const order = compareDebianVersions(a, b);
    t.true(dpkgSays(a, order < 0 ? 'lt' : order > 0 ? 'gt' : 'eq', b), `${a} ${order} ${b}`);
  },
  {numRuns: 150},
);

test('a backport is older than what it was made from', (t) => {
  const versions = ['6.12.9-1', '6.12.95-1', '6.12.117-1~deb12u1', '6.12.95-1~bpo12+1'];
  t.deepEqual(versions.sort(compareDebianVersions), [
    '6.12.9-1',
    '6.12.95-1~bpo12+1',
    '6.12.95-1',
    '6.12.117-1~deb12u1',
  ]);
});
