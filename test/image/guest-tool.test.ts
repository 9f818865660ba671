// SPDX-License-Identifier: MIT
import {chmodSync, copyFileSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {run} from '../../src/base/process.ts';
import {ensureGuestTool} from '../../src/build/guest-tool.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-tool-'));
process.on('exit', () => {
  rmSync(folder, {recursive: true, force: true});
});

/** A user that nobody is, so that what it may have of processes is its own. */
const nobody = ['--reuid', '64123', '--clear-groups', '--'];

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;

/** Runs the guest's tool on this machine, with a /run of its own, as somebody who may have so many processes. */
async function runTool(tool: string, processes: string, script: string) {
  const words = ['mount -t tmpfs tmpfs /run', 'mkdir -m 777 /run/p2p', 'exec setpriv "$@"'].join(' && ');
  const limited = ['prlimit', `--nproc=${processes}`, 'sh', '-c', script, tool];
  return run('unshare', ['--mount', 'sh', '-c', words, 'sh', ...nobody, ...limited]);
}

asRoot('a job that cannot be given a process is a failure of the lab, and nobody is signalled', async (t) => {
  t.timeout(120_000, 'compiling the guest tool');
  const {file} = await ensureGuestTool('x86_64', {
    signal: new AbortController().signal,
    report: () => undefined,
  });
  const tool = path.join(folder, 'p2p');
  copyFileSync(file, tool);
  chmodSync(folder, 0o755);
  chmodSync(tool, 0o755);

  // The first fork of begin fails, or the second, its supervisor's; exec leaves no other process.
  for (const processes of ['1', '2']) {
    const {exitCode, stdout} = await runTool(tool, processes, 'exec "$0" begin job true');
    t.is(exitCode, 3, stdout);
    t.deepEqual(JSON.parse(stdout), {op: 'lab', ok: false, errno: 11, errname: 'EAGAIN', where: 'fork'});
  }
  const {exitCode, stdout} = await runTool(
    tool,
    '20',
    '"$0" begin job sh -c "echo said; exit 7" && exec "$0" end job 5',
  );
  t.is(exitCode, 7, stdout);
  t.regex(stdout, /"state":"ended"\}\nsaid$/);
  // A pid that is none of a process, as a failed fork's once was.
  const end = await runTool(tool, '20', 'echo -1 >/run/p2p/job.pid; exec "$0" end job 5');
  t.is(end.exitCode, 3);
  t.like(JSON.parse(end.stdout), {op: 'lab', ok: false, where: 'job'});
});
