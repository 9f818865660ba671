// SPDX-License-Identifier: MIT
import {SpecError} from '../../src/base/errors.ts';

/** The lines of the SpecError that an action throws, its hint last; none if it throws none. */
export function wrong(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return [...error.message.split('\n'), ...(error.hint === undefined ? [] : [error.hint])];
  }
  return [];
}
