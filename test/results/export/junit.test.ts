// SPDX-License-Identifier: MIT
import test from 'ava';
import {execa} from 'execa';
import {junit} from '../../../src/results/export/junit.ts';
import {knownCrash, results, sweep} from '../results.ts';

/** Reads a document by a strict parser of another's, and prints what it holds as JSON. */
const reader = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
json.dump([[root.attrib[key] for key in ('tests', 'failures', 'errors', 'skipped')],
  [[suite.attrib['name'], case.attrib['name'], case.attrib['time'], child.tag, child.attrib.get('message')]
   for suite in root for case in suite for child in case if child.tag != 'system-out']], sys.stdout)
`;

test('JUnit: a strict parser finds every verdict, and no character that XML forbids', async (t) => {
  const document = junit(results);
  t.false(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(document));
  const {exitCode, stdout, stderr} = await execa('python3', ['-c', reader], {reject: false, input: document});
  if (exitCode === undefined) {
    t.log('not parsed: there is no python3');
    return;
  }
  t.is(exitCode, 0, stderr);
  t.deepEqual(JSON.parse(stdout), [
    ['5', '2', '1', '1'],
    [
      ['baseline', 'a-fail', '2.345', 'failure', 'dst differs # SKIP not at all\n  ok 1 forged'],
      ['baseline', 'a-crash', '2.345', 'failure', 'oops: BUG: <kernel> "NULL" & � �'],
      ['baseline', 'a-error', '2.345', 'error', 'the ledger has gaps ]]>'],
      ['switch', 'a-skip', '2.345', 'skipped', 'igb needs QEMU 8.0 or newer, this is 7.2'],
    ],
  ]);
});

test('JUnit: what a known issue explains does not count as a failure, and has every step in its text', (t) => {
  const document = junit([sweep, knownCrash]);
  t.regex(document, /<testsuites name="p2plab" tests="2" failures="0" errors="0" skipped="2"/);
  t.regex(
    document,
    /<skipped type="fail, known issue map-page" message="transmit: known issue map-page: nic0 read/,
  );
  t.regex(document, /<skipped type="crash, known issue acs-list" message="known issue acs-list: oops: /);
  t.regex(document, /igb .*QEMU does not trace it/);
});

test('xmllint reads it, too', async (t) => {
  const {exitCode, stderr} = await execa('xmllint', ['--noout', '-'], {reject: false, input: junit(results)});
  if (exitCode === undefined) t.pass('not tried: there is no xmllint');
  else t.is(exitCode, 0, stderr);
});
