// SPDX-License-Identifier: MIT
import type {CheckName} from '../spec/check-names.ts';
import type {Finding} from './finding.ts';
import {renderFinding} from './render.ts';

/** One comparison of the evidence with the prediction, and its outcome. */
export interface Check {
  readonly name: CheckName;
  readonly ok: boolean;
  /** Whether it rests on what the host observed. The guest's report alone proves nothing. */
  readonly witness: 'host' | 'guest';
  readonly finding: Finding;
  /** The finding as a sentence, for readers of a record. Nothing decides by it. */
  readonly detail: string;
}

/** Makes a check with its sentence. @param others how many findings like this one there are beside it */
export function check(
  name: CheckName,
  ok: boolean,
  witness: Check['witness'],
  finding: Finding,
  others = 0,
): Check {
  const more = others === 0 ? '' : ` (and ${others} more)`;
  return {name, ok, witness, finding, detail: `${renderFinding(finding)}${more}`};
}
