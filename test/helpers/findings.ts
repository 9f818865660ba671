// SPDX-License-Identifier: MIT
import type {Verdict} from '../../src/base/verdict.ts';
import type {CheckName} from '../../src/spec/check-names.ts';
import {type Check, check} from '../../src/verdict/check.ts';
import type {FindingOf} from '../../src/verdict/finding.ts';
import type {Judgement} from '../../src/verdict/judge.ts';

/** A finding of no matter, with this sentence. */
export function told(text: string): FindingOf<'unknown'> {
  return {code: 'unknown', parameters: {text}};
}

/** A check with a finding of no matter. */
export function checked(
  name: CheckName,
  ok: boolean,
  witness: Check['witness'] = 'host',
  text = ok ? 'fine' : 'wrong',
): Check {
  return check(name, ok, witness, told(text));
}

/** A verdict with this reason and no known cause. */
export function judged<V extends Verdict>(
  verdict: V,
  reason: string,
): Pick<Judgement, 'reason' | 'finding'> & {readonly verdict: V} {
  return {verdict, reason, finding: told(reason)};
}
