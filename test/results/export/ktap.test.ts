// SPDX-License-Identifier: MIT
import {existsSync, globSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {cacheRoot} from '../../../src/base/paths.ts';
import {ktap} from '../../../src/results/export/ktap.ts';
import {knownCrash, results, sweep} from '../results.ts';

test('KTAP: version, plan, subtests, directives; nothing of a reason becomes a line of its own', (t) => {
  t.is(
    ktap(results),
    `KTAP version 1
1..5
  KTAP version 1
  # Subtest: a-pass
  1..1
  ok 1 copy src → cmb
# 2.3 s, kernel baseline, QEMU stock 10.0.2, bundle /var/lib/p2plab/runs/pass
ok 1 a-pass
  KTAP version 1
  # Subtest: a-fail
  1..1
  # disk dst: </failure>��[2J
  not ok 1 copy src → cmb
# fail: dst differs # SKIP not at all   ok 1 forged
# 2.3 s, kernel baseline, QEMU stock 10.0.2, bundle /var/lib/p2plab/runs/fail
not ok 2 a-fail
# crash: oops: BUG: <kernel> "NULL" & � \uD800
# 2.3 s, kernel baseline, QEMU stock 10.0.2, bundle /var/lib/p2plab/runs/crash
not ok 3 a-crash
  KTAP version 1
  # Subtest: a-error
  1..1
  ok 1 copy src → cmb
# error: the ledger has gaps ]]>
# 2.3 s, kernel baseline, QEMU stock 10.0.2, bundle /var/lib/p2plab/runs/error
not ok 4 a-error # ERROR the ledger has gaps ]]>
# skip: igb needs QEMU 8.0 or newer, this is 7.2
# 2.3 s, kernel switch, QEMU stock 10.0.2, bundle /var/lib/p2plab/runs/skip
ok 5 a-skip # SKIP igb needs QEMU 8.0 or newer, this is 7.2`,
  );
});

test('KTAP: steps that are judged by themselves have their own result, reason and known issue', (t) => {
  t.is(
    ktap([sweep]),
    `KTAP version 1
1..1
  KTAP version 1
  # Subtest: a-sweep
  1..4
  ok 1 copy src → cmb
  # known issue map-page: nic0 read 16 KiB from cmb, which had to be refused: no bridge is above both.
  ok 2 transmit # XFAIL known issue map-page
  ok 3 igb # SKIP QEMU does not trace it
  not ok 4 lost # ERROR the ledger has gaps
# fail: transmit: known issue map-page: nic0 read 16 KiB from cmb, which had to be refused: no bridge is above both.
# 2.3 s, kernel baseline, QEMU stock 10.0.2, bundle /var/lib/p2plab/runs/fail
ok 1 a-sweep # XFAIL known issue map-page`,
  );
});

test('KTAP: a crash by a known issue is expected', (t) => {
  const lines = ktap([knownCrash]).split('\n');
  t.is(lines.at(-1), 'ok 1 a-known-crash # XFAIL known issue acs-list');
  t.true(lines.includes('  ok 1 copy src → cmb # XFAIL known issue acs-list'));
});

test("the kernel's own parser reads it", async (t) => {
  // Later ones count a run that is not ok although its steps are.
  const [parser] = globSync('sources/linux-source-6.12_*/tools/testing/kunit/kunit.py', {cwd: cacheRoot});
  const python = await execa('python3', ['--version'], {reject: false});
  if (parser === undefined || !existsSync(path.join(cacheRoot, parser)) || python.exitCode !== 0) {
    t.pass('not tried: no kernel source is unpacked, or there is no python3');
    return;
  }
  const arguments_ = [path.join(cacheRoot, parser), 'parse', '--json'];
  const {stdout} = await execa('python3', ['-B', ...arguments_], {reject: false, input: ktap(results)});
  const counts = /Testing complete\. (.*)/.exec(stdout)?.[1];
  // It counts leaves: a run's steps, or a run that has none. It knows no ERROR directive: a run that is not
  // ok although its steps are is one it calls failed.
  t.is(counts, 'Ran 5 tests: passed: 2, failed: 2, skipped: 1', stdout);
  t.false(/test error|\[ERROR\]/i.test(stdout), stdout);
});
