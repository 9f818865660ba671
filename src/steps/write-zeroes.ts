// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {namespaceOf} from '../devices/roles.ts';
import type {TraceEvent} from '../evidence/trace-event.ts';
import {deviceId} from '../spec/names.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';
import {tool} from './guest-command.ts';
import {transferOffset, transferSize} from './fields.ts';
import {checkDisk} from './scene.ts';
import {verb} from './verb.ts';

/**
 * A command without data: the ledger must stay empty while the disk changes. Where a drive has no Write Zeroes, Linux
 * writes pages of zeroes instead (block/blk-lib.c, blkdev_issue_zeroout), which the ledger shows.
 */
export const writeZeroes = verb({
  movesData: false,
  example: {drive: 'dst', offset: '16KiB', bytes: '32KiB'},
  options: z
    .strictObject({
      drive: deviceId.describe('The NVMe drive.'),
      offset: transferOffset.describe('Offset on the drive.'),
      bytes: transferSize.describe('Number of bytes.'),
    })
    .describe(
      'Zeroes a range of a drive with the NVMe command Write Zeroes, which carries no data: no device may do DMA.',
    ),
  check({drive, offset, bytes}, scene) {
    checkDisk(scene, ['drive'], drive, bytes, offset);
  },
  title: ({drive}) => `write zeroes to ${drive}`,
  commands: ({drive, offset, bytes}, topology) => [
    tool('write-zeroes', nodeOf(topology, drive).bdf, String(offset), String(bytes)),
  ],
  // The range must not be zeroes before.
  heads: ({drive, offset, bytes}) => [{drive, bytes: offset + bytes}],
  watched: {
    transfers: () => [],
    effect: ({drive, offset, bytes}, disks) => {
      disks.write(drive, offset, Buffer.alloc(bytes));
    },
    checks: ({drive}, {events, topology}) => Promise.resolve([checkCommand(drive, events, topology)]),
  },
});

/** An empty ledger proves something only if the trace shows that the drive was given a command. */
function checkCommand(drive: string, events: readonly TraceEvent[], topology: Topology): Check {
  const nsid = namespaceOf(nodeOf(topology, drive));
  const ok = events.some((event) => event.kind === 'nvme-submit' && event.nsid === nsid);
  const code = ok ? 'command-traced' : 'command-untraced';
  return check('command', ok, 'host', {code, subject: drive, parameters: {}});
}
