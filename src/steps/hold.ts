// SPDX-License-Identifier: MIT
import {open, stat} from 'node:fs/promises';
import {HostError} from '../base/errors.ts';
import type {Guest} from '../guest/guest.ts';
import {until} from '../guest/within.ts';
import {namespaceDevice, slowGroup} from '../topology/qemu.ts';

const limitMs = 20_000;
const tag = 'held';

/**
 * Keeps a drive's next read in its hands: the controller has the command and its addresses, and moves nothing
 * until {@link release}. QEMU's blkdebug does it, beneath the device model.
 */
export async function holdRead(guest: Guest, drive: string): Promise<void> {
  await inMonitor(guest, drive, `break read_aio ${tag}`);
}

/** Lets the read go on that {@link holdRead} caught. */
export async function release(guest: Guest, drive: string): Promise<void> {
  await inMonitor(guest, drive, `resume ${tag}`);
}

/** By the device that has the disk: to attach to the disk itself QEMU would wait for the read that is held. */
async function inMonitor(guest: Guest, drive: string, command: string): Promise<void> {
  const said = await guest.qmp.monitor(`qemu-io -d ${namespaceDevice(drive)} "${command}"`);
  if (said.trim() !== '') throw new HostError(`QEMU's qemu-io ${command}: ${said.trim()}`);
}

/**
 * Makes a drive slow: after a read of `bytes` the next one takes about three seconds. A controller that is
 * reset waits for it, and so does QEMU: nobody could release it.
 */
export async function slowDown(guest: Guest, drive: string, bytes: number): Promise<void> {
  // A read counts as three of the one that is allowed a second.
  await setLimits(guest, drive, {'iops-total': 1, 'iops-size': Math.ceil(bytes / 3)});
}

/** Takes the limits of {@link slowDown} away. */
export async function speedUp(guest: Guest, drive: string): Promise<void> {
  await setLimits(guest, drive, {'iops-size': 0, 'iops-total': 0});
}

async function setLimits(guest: Guest, drive: string, value: object): Promise<void> {
  await guest.qmp.execute('qom-set', {path: `/objects/${slowGroup(drive)}`, property: 'limits', value});
}

/** Where the trace ends now. */
export async function traceEnd(guest: Guest): Promise<number> {
  return (await stat(guest.traceFile)).size;
}

/**
 * Waits until the trace shows, from `begin` on, that a drive has been given `count` reads, or that it ended one with an
 * error: then nobody gives it another.
 */
export async function awaitReads(guest: Guest, nsid: number, count: number, begin: number): Promise<void> {
  const read = new RegExp(`^pci_nvme_read cid .* nsid ${nsid} nlb `);
  const failed = new RegExp(`^pci_nvme_err_req_status cid \\d+ nsid ${nsid} `);
  let seen = 0;
  let at = begin;
  await until(
    async () => {
      const {lines, next} = await linesFrom(guest.traceFile, at);
      at = next;
      seen += lines.filter((line) => read.test(line)).length;
      return seen >= count || lines.some((line) => failed.test(line));
    },
    {milliseconds: limitMs, what: `the drive of namespace ${nsid} to be given a read`, everyMs: 10},
    guest.clock,
  );
}

/** The whole lines from a place on, and where the next one begins. */
async function linesFrom(
  name: string,
  begin: number,
): Promise<{readonly lines: readonly string[]; readonly next: number}> {
  const file = await open(name, 'r');
  try {
    const {size} = await file.stat();
    const buffer = Buffer.alloc(Math.max(0, size - begin));
    const {bytesRead} = await file.read(buffer, 0, buffer.length, begin);
    const whole = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    return {lines: buffer.toString('latin1', 0, whole).split('\n'), next: begin + whole};
  } finally {
    await file.close();
  }
}
