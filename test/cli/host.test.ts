// SPDX-License-Identifier: MIT
// What is missing on this host: exit code 3, never a verdict on the kernel.
import {existsSync, mkdirSync, readdirSync, symlinkSync} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {cacheRoot, labRoot} from '../../src/base/paths.ts';
import {folder, p2plab} from './p2plab.ts';

const poorQemu = path.join(labRoot, 'test/cli/fixtures/qemu-without-e1000e');

test.serial(
  'a QEMU without a device: what needs it is skipped, with its name, and other scenarios run',
  async (t) => {
    t.timeout(1_800_000);
    // Their short names are those of the switch's scenarios too.
    const scenarios = ['scenarios/nic-from-cmb.yaml', 'scenarios/host-memory-only.yaml'];
    const args = ['run', ...scenarios, '--qemu', poorQemu, '--format', 'json'];
    const {exitCode, stdout, stderr} = await p2plab(args);
    t.is(exitCode, 0, stderr);
    const {results} = JSON.parse(stdout) as {results: {verdict: string; reason: string}[]};
    t.deepEqual(
      results.map(({verdict}) => verdict),
      ['skip', 'pass'],
    );
    t.regex(results[0]?.reason ?? '', /qemu-without-e1000e was built without e1000e$/);
  },
);

test.serial('a doctor sees the missing device', async (t) => {
  const {exitCode, stdout} = await p2plab(['doctor', '--qemu', poorQemu]);
  t.is(exitCode, 0, stdout);
  t.regex(stdout, /^note +QEMU devices +missing: e1000e$/m);
});

test.serial('a doctor looks for the database, and makes none', async (t) => {
  const target = path.join(folder, 'none.sqlite');
  const absent = await p2plab(['doctor', '--qemu', poorQemu, '--database', target]);
  t.regex(absent.stdout, /^ok +database +\S+none\.sqlite comes with the first run$/m);
  t.false(existsSync(target));
  const broken = await p2plab(['doctor', '--qemu', poorQemu, '--database', import.meta.filename]);
  t.is(broken.exitCode, 0, broken.stdout);
  t.regex(
    broken.stdout,
    /^note +database +\S+ cannot be opened as a database: .*\n +runs are made and not recorded/m,
  );
  await p2plab(['results', 'list', '--database', target]);
  const empty = await p2plab(['doctor', '--qemu', poorQemu, '--database', target]);
  t.regex(empty.stdout, /^ok +database +\S+none\.sqlite: 0 runs, 0 nightly runs$/m);
});

/** A file system of so many MiB; undefined where we may not mount one. */
async function smallDisk(t: ExecutionContext, name: string, mebibytes: number): Promise<string | undefined> {
  const target = path.join(folder, name);
  mkdirSync(target, {recursive: true});
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', target], {
    reject: false,
  });
  if (mounted.exitCode !== 0) {
    t.pass(`not tried: ${mounted.stderr}`);
    return undefined;
  }
  t.teardown(() => execa('umount', [target]));
  return target;
}

test.serial('no space for bundles', async (t) => {
  const disk = await smallDisk(t, 'state', 4);
  if (disk === undefined) return;
  const {exitCode, stdout, stderr} = await p2plab(['run', 'nvme-to-display'], {env: {XDG_STATE_HOME: disk}});
  t.is(exitCode, 3, stdout);
  t.regex(stderr, /no space left on the disk/);
  t.false(/^\s+at /m.test(stderr), stderr);
});

test.serial('no space for the cache', async (t) => {
  t.timeout(1_800_000);
  const disk = await smallDisk(t, 'cache', 1);
  if (disk === undefined) return;
  mkdirSync(path.join(disk, 'p2plab'));
  // All but images: what is missing would be made again, in the cache that the others lead to.
  for (const name of readdirSync(cacheRoot)) {
    if (name !== 'images') symlinkSync(path.join(cacheRoot, name), path.join(disk, 'p2plab', name));
  }
  const {exitCode, stdout, stderr} = await p2plab(['run', 'nvme-to-display'], {env: {XDG_CACHE_HOME: disk}});
  t.is(exitCode, 3, stdout);
  t.regex(stderr, /no space left on the disk/i);
  t.false(/^\s+at /m.test(stderr), stderr);
});

test.serial('a bare machine: the doctor says what to install, and does not fall over', async (t) => {
  const empty = path.join(folder, 'nothing');
  mkdirSync(empty, {recursive: true});
  const node = path.join(labRoot, 'node_modules/.bin/node');
  const env = {
    PATH: empty,
    XDG_CACHE_HOME: path.join(empty, 'c'),
    XDG_STATE_HOME: path.join(empty, 's'),
    NO_COLOR: '1',
  };
  const main = path.join(labRoot, 'src/launcher/main.js');
  const {exitCode, stdout, stderr} = await execa(node, [main, 'doctor'], {
    reject: false,
    env,
    extendEnv: false,
  });
  t.is(exitCode, 3, stderr);
  t.regex(stdout, /^missing +QEMU +this machine has no qemu-system-x86_64$/m);
  t.regex(stdout, /^missing +kernel tools +missing: gcc make flex bison bc git binutils$/m);
  t.regex(stdout, /mend it: \.\/setup, or: apt-get install util-linux$/m);
  t.false(stdout.includes('cannot be told'), stdout);
});

test.serial('a reader that goes away ends the list and the run', async (t) => {
  const shell = (line: string) =>
    execa('bash', ['-o', 'pipefail', '-c', line], {cwd: labRoot, reject: false});
  const list = await shell('./p2plab run --list | head -1');
  t.is(list.exitCode, 0, list.stderr);
  t.regex(list.stdout, /^scenario/);
  const bundles = await execa('mktemp', ['-d', path.join(folder, 'state-XXXX')]);
  const three = 'nvme-copy-same-switch through-host-bridge refused-across-root-ports';
  const run = await shell(`XDG_STATE_HOME=${bundles.stdout} ./p2plab run ${three} | head -1`);
  t.is(run.exitCode, 130, run.stderr);
  t.regex(run.stdout, /^PASS/);
  const runs = path.join(bundles.stdout, 'p2plab/runs');
  t.true(existsSync(runs) && readdirSync(runs).length < 3);
});
