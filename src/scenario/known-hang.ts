// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Kernel} from '../build/kernel.ts';
import {kernelReports} from '../evidence/kernel-log.ts';
import type {Step} from '../steps/step.ts';
import type {Topology} from '../topology/model.ts';
import {expectTransfers} from '../verdict/expectation.ts';
import type {Prediction} from '../verdict/expected.ts';
import {dataVerb} from '../steps/bound.ts';

/**
 * What must be on the console if a hang is the one that is predicted: a task that waits for block I/O. Linux prints the
 * stacks of blocked tasks when the lab asks for them.
 */
const waitsForBlock = /\b(\w*blkdev_direct_IO\w*|blkdev_read_iter|submit_bio_wait|iomap_dio_rw)\+0x/;

/**
 * Why a step that did not end was known to hang with this kernel; undefined if it had to end, or if the kernel reports
 * anything but that it hangs: the hang may then follow from that.
 */
export async function knownHang(
  step: Step,
  topology: Topology,
  {features}: Pick<Kernel, 'features'>,
  folder: string,
): Promise<(Pick<Prediction, 'knownIssue' | 'cause'> & {readonly blockedIn: string}) | undefined> {
  const verb = dataVerb(step);
  if (verb === undefined) return undefined;
  const {predicted} = expectTransfers({topology, features}, verb.transfers(topology, []), step.expect);
  if (predicted?.hangs !== true) return undefined;
  const console = await readFile(path.join(folder, 'console.log'), 'latin1').catch(() => '');
  if (kernelReports(console).some(({kind}) => kind !== 'hang')) return undefined;
  const [, blockedIn] = waitsForBlock.exec(console) ?? [];
  return blockedIn === undefined ? undefined : {...predicted, blockedIn};
}
