// SPDX-License-Identifier: MIT
import type {RejectedCommand} from '../evidence/ledger.ts';
import {isInvalidUseOfMemory} from '../evidence/nvme-outcomes.ts';
import {check, type Check} from './check.ts';
import type {Finding, ParametersOf} from './finding.ts';

/**
 * QEMU's drive takes the data of a command from its own memory or from elsewhere, not from both (hw/nvme/ctrl.c,
 * nvme_map_addr). Linux does not ask: it reads nothing of CMBLOC but where the memory lies (nvme_map_cmb).
 */
function isLabsLimit({mixed, status}: RejectedCommand): boolean {
  return mixed && isInvalidUseOfMemory(status);
}

/** Commands that were rejected for what the lab's drives cannot do: they say nothing about the kernel. */
export function rejectedByLab(rejected: readonly RejectedCommand[]): readonly Finding[] {
  return rejected.filter(isLabsLimit).map((command) => {
    return {code: 'mixed-memory-unsupported', subject: command.initiator, parameters: parametersOf(command)};
  });
}

/** A command that no drive could do is the kernel's doing. */
export function checkRejected(rejected: readonly RejectedCommand[]): readonly Check[] {
  const [first, ...others] = rejected.filter((command) => !isLabsLimit(command));
  if (first === undefined) return [];
  const finding = {
    code: 'command-rejected',
    subject: first.initiator,
    parameters: parametersOf(first),
  } as const;
  return [check('command', false, 'host', finding, others.length)];
}

function parametersOf({direction, bytes, status}: RejectedCommand): ParametersOf<'command-rejected'> {
  // A drive's medium is read where it writes to memory.
  return {direction: direction === 'write' ? 'read' : 'write', bytes, status};
}
