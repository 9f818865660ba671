// SPDX-License-Identifier: MIT
// Whenever and however a command is interrupted, it must not look as if it had ended.
import {mkdtempSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {execa} from 'execa';
import {labRoot} from '../../src/base/paths.ts';
import {folder} from './p2plab.ts';

const series = 'lab/mutants/bus-address-next-page';
const scenario = 'nvme-copy-same-switch';

/** Commands that cannot end by themselves before they are interrupted: a guest boots, or something compiles. */
const long: readonly (readonly string[])[] = [
  ['run', scenario],
  ['run', scenario, '--bisect'],
  ['run', scenario, 'host-memory-only', '--jobs', '2', '--format', 'junit'],
  ['run', scenario, '--format', 'json', '--no-record'],
  ['mutants', 'whitelist-always'],
  ['random', '40', '--seed', '1'],
  ['compare', 'baseline', series, scenario],
  ['series', series, scenario],
  ['bisect', scenario, '--series', series],
  ['designs', scenario, '--kernels', 'baseline,switch'],
  ['map-cost', '--kernels', 'baseline,switch'],
  ['nightly', 'smoke', '--no-resume'],
  ['demo'],
  ['watch', scenario],
  ['shell', 'empty', '--console'],
  ['dashboard', 'serve', '--port', '0'],
];

/** Commands that may be quicker: then they have printed what they are for. */
const short: readonly (readonly string[])[] = [
  ['run', '--list'],
  ['results', 'list'],
  ['dashboard', 'build', path.join(folder, 'pages')],
  // It is built already, perhaps.
  ['kernel', 'build', '--series', series],
  ['kernel', 'list'],
  ['qemu', 'list'],
  ['topology', 'show', 'nvme-switch'],
  ['doctor'],
];

/** The last moment, in milliseconds: hashing is over by then, the first guest is not. */
const last = 1500;

/** Moments that are spread over the whole time, others for each command. */
function momentOf(index: number): number {
  return Math.round(((index * 0.618_034) % 1) * last);
}

/** Interrupts a command after a time. */
async function interrupt(args: readonly string[], moment: number, signal: NodeJS.Signals) {
  const child = execa(path.join(labRoot, 'p2plab'), args, {
    cwd: labRoot,
    reject: false,
    stdin: 'ignore',
    env: {NO_COLOR: '1', XDG_STATE_HOME: mkdtempSync(path.join(folder, 'state-'))},
  });
  await delay(moment);
  child.kill(signal);
  const {exitCode, signal: killedBy, stdout, stderr} = await child;
  const about = `${args.join(' ')}, ${signal} after ${moment} ms: ${exitCode ?? killedBy ?? ''}\n${stdout}\n${stderr}`;
  return {exitCode, killedBy, stdout, about};
}

for (const [index, args] of [...long, ...short].entries()) {
  for (const [number, signal] of (['SIGINT', 'SIGTERM'] as const).entries()) {
    const moment = momentOf(2 * index + number);
    test.serial(`${args.join(' ')}: ${signal} after ${moment} ms`, async (t) => {
      t.timeout(1_800_000, 'a loaded host');
      const {exitCode, killedBy, stdout, about} = await interrupt(args, moment, signal);
      // Before Node has read its first line of ours, and when it has left the last behind, a signal ends it as it ends
      // any program: no shell, and no git, takes that for success.
      if (killedBy !== undefined) {
        t.is(killedBy, signal, about);
        if (long.includes(args)) t.true(stdout === '' && moment < 500, about);
        return;
      }
      if (short.includes(args) && exitCode !== 130) t.not(stdout, '', about);
      else t.is(exitCode, 130, about);
    });
  }
}

test.serial('git bisect run gives up when a run is interrupted', async (t) => {
  t.timeout(1_800_000, 'a loaded host');
  const repository = mkdtempSync(path.join(folder, 'repository-'));
  const run = `cd ${labRoot} && exec timeout --signal=TERM 1 ./p2plab run ${scenario} --bisect --no-record`;
  const script = [
    'git init --quiet --initial-branch=main .',
    'git config user.name t && git config user.email t@t',
    'for i in 1 2 3 4; do git commit --quiet --allow-empty -m "$i"; done',
    'git bisect start HEAD HEAD~3 >/dev/null',
    // Exit codes as timeout(1) passes them on.
    `git bisect run sh -c '${run.replace('timeout ', 'timeout --preserve-status ')}'`,
  ].join('\n');
  const {exitCode, all} = await execa('sh', ['-ec', script], {
    cwd: repository,
    reject: false,
    all: true,
    stdin: 'ignore',
    env: {XDG_STATE_HOME: mkdtempSync(path.join(folder, 'state-'))},
  });
  t.not(exitCode, 0, all);
  t.regex(all, /exit code 1(30|43) .*is < 0 or >= 128/);
});
