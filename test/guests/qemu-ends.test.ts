// SPDX-License-Identifier: MIT
import {temporary} from './temporary-state.ts';
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {HostError} from '../../src/base/errors.ts';
import {bootGuest} from '../../src/guest/guest.ts';
import {findQemu} from '../../src/guest/qemu-binary.ts';
import {platforms} from '../../src/topology/platform.ts';
import {context, machineOf, runOwn} from './lab.ts';
import {LabProcess} from './processes.ts';

test.before(async (t) => {
  t.timeout(600_000, 'building the kernel');
  await machineOf('baseline');
});

const pauses = path.join(import.meta.dirname, 'scenarios/pauses.yaml');

test.serial('what QEMU refuses is told in its own words, and is no crash', async (t) => {
  t.timeout(120_000);
  const qemu = await findQemu('x86_64', {name: 'stock', path: undefined}, context);
  const folder = path.join(temporary, 'refused');
  mkdirSync(folder, {recursive: true});
  const {kernel, image} = await machineOf('baseline');
  const plan = {
    ...{qemu, folder, platform: platforms.q35, kernel: kernel.image, initrd: image.file, commandLine: []},
    acceleration: {name: 'tcg', why: 'a test'} as const,
    machine: ['-machine', 'q35', '-m', '256M', '-device', 'nvme,serial=x,bus=nowhere'],
    ssh: {privateKey: '', hostKey: ''},
  };
  await t.throwsAsync(bootGuest(plan, context), {
    instanceOf: HostError,
    message: /^QEMU does not start: .*Bus 'nowhere' not found/s,
  });
});

test.serial(
  'a firmware that has no room for the BARs is an error with its words, and no crash',
  async (t) => {
    t.timeout(600_000);
    const {verdict, reason, steps} = await runOwn(await machineOf('baseline'), 'firmware/no-room');
    t.is(verdict, 'error', reason);
    t.regex(reason, /^the firmware did not start the kernel, and says: .*out of 32bit address space/);
    t.deepEqual(steps, []);
  },
);

for (const [when, sign] of Object.entries({
  'while its guest boots': 'Linux version',
  'in a step': 'the step has begun',
})) {
  test.serial(`a QEMU that is killed ${when} is an error, and the runs after it go on`, async (t) => {
    t.timeout(600_000);
    const lab = new LabProcess(['run', pauses, 'nvme-copy-same-switch', '--jobs', '1']);
    await lab.consoleSays(sign);
    const qemu = lab.descendants().find(({name}) => name.startsWith('qemu'));
    process.kill(qemu?.pid ?? 0, 'SIGKILL');
    t.is(await lab.ended, 3, lab.output);
    t.regex(lab.output, /^ERROR pauses/m);
    t.regex(lab.output, /QEMU (ended|does not start)|SIGKILL/);
    t.regex(lab.output, /^PASS +nvme-copy-same-switch/m);
    t.notRegex(lab.output, /^\s+at .*\.[jt]s:\d/m, 'no stack of the lab');
  });
}
