// SPDX-License-Identifier: MIT
import {readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {bootArguments, type BootPlan} from './boot-arguments.ts';
import {startQemu} from './qemu-process.ts';

/** For how long a firmware is listened to, and how long a silence is its end; in milliseconds. */
const times = {most: 20_000, silence: 1500, period: 100} as const;

const lastLines = 3;
const lineLimit = 300;

/**
 * Whether a CPU of x86 that brought no kernel to its console is still in the firmware: SeaBIOS never turns paging on,
 * and a kernel's first steps, its decompressor's too, are in long mode.
 * @param registers what the monitor's `info registers` prints
 */
export function isInFirmware(registers: string): boolean {
  const control = /\bCR0=([0-9a-f]{8})\b/i.exec(registers);
  return control !== null && (Number.parseInt(control[1] ?? '', 16) & 0x8000_0000) === 0;
}

/**
 * Boots the same machine once more, for what its firmware has to say: on SeaBIOS' debug port, which is not
 * listened to as a rule because it costs every boot its time.
 * @returns its last lines; empty if it says nothing
 */
export async function firmwareWords(plan: BootPlan): Promise<string> {
  if (plan.platform.machine !== 'q35') return '';
  const file = path.join(plan.folder, 'firmware.log');
  await rm(file, {force: true});
  const process = startQemu(plan.qemu.path, [
    ...bootArguments({...plan, acceleration: {name: 'tcg', why: 'the firmware is asked'}}),
    ...['-nic', 'none', '-serial', 'none', '-monitor', 'none'],
    ...['-chardev', `file,id=lab-firmware,path=${file.replaceAll(',', ',,')}`],
    ...['-device', 'isa-debugcon,iobase=0x402,chardev=lab-firmware', '-no-reboot'],
  ]);
  const begun = performance.now();
  let text = '';
  let grown = begun;
  const life = {ended: false};
  void process.exited.then(() => {
    life.ended = true;
  });
  try {
    while (!life.ended && performance.now() - begun < times.most) {
      await pause(times.period);
      const now = await readFile(file, 'latin1').catch(() => '');
      if (now.length !== text.length) grown = performance.now();
      text = now;
      if (text !== '' && performance.now() - grown > times.silence) break;
    }
  } finally {
    process.kill();
    await process.exited;
  }
  const lines = text.split('\n').map((line) => line.replaceAll(/[^\x20-\x7e]/g, '').slice(0, lineLimit));
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-lastLines)
    .join(' / ');
}
