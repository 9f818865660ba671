// SPDX-License-Identifier: MIT
import type {StepRecord} from './record.ts';

/**
 * Where the lab's own module could not do its part: it had no memory, no driver was bound to the device, or the device
 * did not come to an end. That says nothing about the kernel.
 */
export function moduleFailures(guest: StepRecord['guest']): readonly string[] {
  return guest.flatMap(({command, facts}) =>
    facts
      .filter(({op, ok}) => op === 'module' && !ok)
      .map(({errname = 'an error'}) => `the module p2plab failed "${command.join(' ')}" with ${errname}`),
  );
}
