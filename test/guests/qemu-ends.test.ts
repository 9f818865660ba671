// SPDX-License-Identifier: MIT
import {temporary} from './temporary-state.ts';
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {HostError} from '../../src/base/errors.ts';
import {bootGuest} from '../../src/guest/guest.ts';
import {findQemu} from '../../src/guest/qemu-binary.ts';
import {platforms} from '../../src/topology/platform.ts';
import {context, machineOf, runOwn} from './lab.ts';
import {LabProcess} from './processes.ts';

test.before(async (t) => {
  t.timeout(1_800_000, 'building the kernel');
  await machineOf('baseline');
});

const pauses = path.join(import.meta.dirname, 'scenarios/pauses.yaml');

/** Boots a machine that QEMU does not make, and returns what is said of it. */
async function refusal(
  t: ExecutionContext,
  name: string,
  machine: readonly string[],
  program?: string,
): Promise<string> {
  t.timeout(1_800_000);
  const qemu = await findQemu('x86_64', {name: 'stock'}, context);
  const folder = path.join(temporary, name);
  mkdirSync(folder, {recursive: true});
  const {kernel, image} = await machineOf('baseline');
  const plan = {
    ...{folder, platform: platforms.q35, kernel: kernel.image, initrd: image.file, commandLine: [], machine},
    qemu: {...qemu, path: program ?? qemu.path},
    acceleration: {name: 'tcg', why: 'a test'} as const,
    ssh: {privateKey: '', hostKey: ''},
  };
  return (await t.throwsAsync(bootGuest(plan, context), {instanceOf: HostError})).message;
}

test.serial('what QEMU refuses is told in its own words, and is no crash', async (t) => {
  const device = ['-device', 'nvme,serial=x,bus=nowhere'];
  const words = await refusal(t, 'refused', ['-machine', 'q35', '-m', '256M', ...device]);
  t.regex(words, /^QEMU does not start: .*Bus 'nowhere' not found/s);
});

test.serial('so is what it says after it has greeted and hung up', async (t) => {
  // QEMU's monitor greets before the devices are made; how long its end then takes is chance, but not here.
  const program = path.join(temporary, 'hangs-up');
  const greeting = '{"QMP": {"version": {}, "capabilities": []}}';
  writeFileSync(
    program,
    `#!/bin/sh\necho '${greeting}' >&3\nexec 3>&- 3<&-\nsleep 0.5\necho 'not available for igbvf' >&2\nexit 1\n`,
  );
  chmodSync(program, 0o755);
  t.is(await refusal(t, 'hung-up', [], program), 'QEMU does not start: not available for igbvf');
});

test.serial(
  'a firmware that has no room for the BARs is an error with its words, and no crash',
  async (t) => {
    t.timeout(1_800_000);
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
    t.timeout(1_800_000);
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
