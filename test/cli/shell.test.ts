// SPDX-License-Identifier: MIT
// Each of these boots a guest.
import {readdirSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {labRoot} from '../../src/base/paths.ts';
import {inForeground} from '../../src/runner/shell/foreground.ts';
import {folder, p2plab} from './p2plab.ts';

const env = {XDG_STATE_HOME: path.join(folder, 'state')};

function left(): readonly string[] {
  return readdirSync(path.join(folder, 'state/p2plab/shells'));
}

test.serial('in a pipe it runs the commands of its standard input, and ends as they do', async (t) => {
  const input =
    'ls /lib/modules\ncmp -n 65536 /dev/nvme0n1 /dev/zero >/dev/null || echo filled\necho so >&2\nexit 7\n';
  const {exitCode, stdout, stderr} = await p2plab(['shell', 'nvme-copy-same-switch'], {env, input});
  t.is(exitCode, 7, stderr);
  t.is(stdout, 'bochs_p2pmem.ko\np2pdma_switch.ko\np2plab.ko\nfilled');
  t.regex(stderr, /^so$/m);
  t.deepEqual(left(), []);
});

test.serial("a crash of the guest's kernel: its last words, and exit code 1", async (t) => {
  const {exitCode, stderr} = await p2plab(['shell', 'empty'], {env, input: 'echo c >/proc/sysrq-trigger\n'});
  t.is(exitCode, 1, stderr);
  t.regex(stderr, /sysrq: Trigger a crash\n/);
  t.regex(stderr, /^p2plab: panic: Kernel panic - not syncing: sysrq triggered crash$/m);
  t.deepEqual(left(), []);
});

test.serial('on a terminal: the tree, the way in for others, and a shell of the same size', async (t) => {
  const line = 'stty rows 40 cols 132; ./p2plab shell nvme-switch';
  const terminal = execa('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: labRoot,
    env,
    reject: false,
    stdin: 'pipe',
    forceKillAfterDelay: 1000,
  });
  let seen = '';
  const until = async (pattern: RegExp): Promise<string> => {
    for await (const chunk of terminal.stdout.iterator({destroyOnReturn: false})) {
      seen += String(chunk);
      if (pattern.test(seen)) break;
    }
    return seen;
  };
  await until(/# $|# \u001B\[6n$/);
  t.regex(seen, /└─ 05:00\.0 cmb +nvme, CMB 16 MiB/);
  const config = /ssh -F (\S+) guest/.exec(seen)?.[1] ?? '';
  const other = await execa('ssh', ['-F', config, 'guest', 'cat /proc/version'], {
    reject: false,
    stdin: 'ignore',
  });
  if (other.exitCode !== undefined) t.regex(other.stdout, /^Linux version 6\./, other.stderr);
  terminal.stdin.write('stty size; exit 5\r');
  await until(/\r\n40 132\r\n/);
  const {exitCode} = await terminal;
  t.is(exitCode, 5, seen);
  t.deepEqual(left(), []);
});

test.serial('in the background of a terminal it says so, and does not stop for ever', async (t) => {
  t.timeout(1_800_000);
  // timeout(1) makes a process group of its own, and nothing gives that the terminal.
  const line = 'true; timeout 60 ./p2plab shell empty; echo "ended with $?"; stty -a';
  const {stdout} = await execa('script', ['--quiet', '--command', line, '/dev/null'], {
    cwd: labRoot,
    env,
    reject: false,
    stdin: 'ignore',
    timeout: 100_000,
  });
  t.regex(stdout, /p2plab: a shell in the background cannot use the terminal/);
  t.regex(stdout, /timeout --foreground/);
  t.regex(stdout, /^ended with 2\r?$/m);
  t.regex(stdout, / icanon /);
});

test('the foreground is read from the process, whatever that is called', (t) => {
  const stat = (group: number, foreground: number) => `7 (a) b) S 1 ${group} 5 34816 ${foreground} 4194304 0`;
  t.true(inForeground(stat(9, 9)));
  t.false(inForeground(stat(9, 5)));
  t.true(inForeground(stat(9, -1)), 'without a terminal');
});

test.serial('Ctrl-C ends a console that is followed: 130, and nothing is left', async (t) => {
  const child = execa(path.join(labRoot, 'p2plab'), ['shell', 'empty', '--console'], {
    env,
    reject: false,
    stdin: 'ignore',
  });
  let seen = '';
  for await (const line of child.iterable()) {
    seen += line;
    if (seen.includes('Run /init')) child.kill('SIGINT');
  }
  const {exitCode, stderr} = await child;
  t.is(exitCode, 130, stderr);
  t.regex(stderr, /p2plab: interrupted/);
  t.deepEqual(left(), []);
});
