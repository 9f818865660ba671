// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import type {RejectedCommand} from '../evidence/ledger.ts';
import {describeStatus, isInvalidUseOfMemory} from '../evidence/nvme-outcomes.ts';
import type {Check} from './check.ts';

/**
 * QEMU's drive takes the data of a command from its own memory or from elsewhere, not from both (hw/nvme/ctrl.c,
 * nvme_map_addr). Linux does not ask: it reads nothing of CMBLOC but where the memory lies (nvme_map_cmb).
 */
function isLabsLimit({mixed, status}: RejectedCommand): boolean {
  return mixed && isInvalidUseOfMemory(status);
}

/** Commands that were rejected for what the lab's drives cannot do: they say nothing about the kernel. */
export function rejectedByLab(rejected: readonly RejectedCommand[]): readonly string[] {
  return rejected
    .filter(isLabsLimit)
    .map(
      (command) =>
        `${inWords(command)}. Its data lies in the memory of ${command.initiator} and elsewhere, which QEMU's nvme ` +
        'does not take (CMBLOC: CDPMLS is set, CDMMMS is not). Transfer them in separate commands',
    );
}

/** A command that no drive could do is the kernel's doing. */
export function checkRejected(rejected: readonly RejectedCommand[]): readonly Check[] {
  const [first, ...others] = rejected.filter((command) => !isLabsLimit(command));
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return [{name: 'command', ok: false, witness: 'host', detail: `${inWords(first)}${more}.`}];
}

function inWords({initiator, direction, bytes, status}: RejectedCommand): string {
  // A drive's medium is read where it writes to memory.
  const what = direction === 'write' ? 'read' : 'write';
  return `${initiator} rejected a ${what} of ${formatBytes(bytes)} with status ${describeStatus(status)}: nothing was transferred`;
}
