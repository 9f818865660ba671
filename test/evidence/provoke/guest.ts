// SPDX-License-Identifier: MIT
import {spawn} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {cpioArchive} from '../../../src/image/cpio.ts';
import type {Machine} from '../../../src/scenario/machine.ts';
import {temporary} from '../../guests/temporary-state.ts';
import type {Illness} from './illnesses.ts';

/** What the log is cut at. */
const begin = 'provoke: begin';
const end = 'provoke: end';

/** Milliseconds for a boot, its illness and what follows: the rest is not waited for. */
const limit = 120_000;

/** The longest log that is kept, in lines: a report, and what comes with it. */
const kept = 300;

/** Time goes by instructions, so that a host that is busy makes no hang; and nobody waits for an idle guest. */
const icount = 'shift=3,sleep=off';

const machines = {
  x86_64: ['-machine', 'q35', '-cpu', 'max', '-smp', '2'],
  aarch64: ['-machine', 'virt', '-cpu', 'max', '-smp', '2'],
} as const;

/** Boots a kernel, makes it ill, and gives what its console says from then on. */
export async function provoke(
  {name, words, script}: Illness,
  machine: Machine,
  segfault: Uint8Array,
): Promise<string> {
  const console = path.join(temporary, `${name}.log`);
  const initrd = path.join(temporary, `${name}.cpio`);
  await writeFile(initrd, Buffer.concat([await readFile(machine.image.file), archive(script, segfault)]));
  const {arch, image} = machine.kernel;
  const tty = arch === 'aarch64' ? 'ttyAMA0' : 'ttyS0';
  const whole = words.startsWith('whole');
  const commandLine = [
    'rdinit=/p2plab/replay',
    `console=${tty}`,
    'panic=-1',
    words.replace(/^whole/, ''),
  ].join(' ');
  await run(machine.qemu.path, [
    ...machines[arch],
    ...[
      '-accel',
      'tcg,thread=single',
      '-icount',
      icount,
      '-m',
      '1G',
      '-nodefaults',
      '-display',
      'none',
      '-no-reboot',
    ],
    ...['-serial', `file:${console}`, '-kernel', image, '-initrd', initrd, '-append', commandLine],
  ]);
  const lines = (await readFile(console, 'utf8')).replaceAll('\r', '').split('\n');
  // What dies at boot has no beginning, and is all there is.
  const first = whole ? 0 : Math.max(lines.findIndex((line) => line.includes(begin)) + 1, 0);
  const last = lines.findIndex((line) => line.includes(end));
  const log = lines.slice(first, last === -1 ? undefined : last);
  const start = first > 0 || whole ? 0 : Math.max(log.length - kept, 0);
  return `${log
    .slice(start, whole ? undefined : start + kept)
    .join('\n')
    .trimEnd()}\n`;
}

function archive(script: string, segfault: Uint8Array): Uint8Array {
  const lines = [
    '#!/bin/sh',
    'mount -t devtmpfs devtmpfs /dev',
    'mount -t proc proc /proc',
    'mount -t sysfs sysfs /sys',
    'mount -t debugfs debugfs /sys/kernel/debug',
    'echo 8 >/proc/sys/kernel/printk',
    `echo '${begin}' >/dev/kmsg`,
    script,
    'sleep 1',
    `echo '${end}' >/dev/kmsg`,
    'reboot -f',
  ];
  return cpioArchive([
    {kind: 'directory', path: 'p2plab', mode: 0o755},
    {kind: 'file', path: 'p2plab/replay', mode: 0o755, content: Buffer.from(`${lines.join('\n')}\n`)},
    {kind: 'file', path: 'p2plab/segfault', mode: 0o755, content: segfault},
  ]);
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {stdio: ['ignore', 'ignore', 'inherit'], timeout: limit});
    child.on('error', reject);
    child.on('exit', () => {
      resolve();
    });
  });
}
