// SPDX-License-Identifier: MIT
import type {Finding} from '../verdict/finding.ts';
import type {StepRecord} from './record.ts';

/**
 * Where the lab's own module could not do its part: it had no memory, no driver was bound to the device, or the device
 * did not come to an end. That says nothing about the kernel.
 */
export function moduleFailures(guest: StepRecord['guest']): readonly Finding[] {
  return guest.flatMap(({command, facts}) =>
    facts
      .filter(({op, ok}) => op === 'module' && !ok)
      .map(({errname}): Finding => {
        return {code: 'module-failed', parameters: {command, ...(errname !== undefined && {errname})}};
      }),
  );
}
