// SPDX-License-Identifier: MIT
import type {BaseFeature} from '../spec/features.ts';
import {check, type Check} from '../verdict/check.ts';
import type {ExpectedStep, ExpectedTransfer} from '../verdict/expectation.ts';
import {apiErrors, blockErrors, type Rule} from '../verdict/refusal.ts';
import {failureOf} from './calls.ts';
import type {Fact} from './guest-facts.ts';
import type {Refusal} from './verb.ts';

/**
 * Whether the guest's account of a step fits. It is checked against, never believed: success that it reports
 * proves nothing, but a failure that nobody expected is one.
 * @param missing what the guest's kernel cannot
 * @param refusal how the verb's tool reports a refusal, if not by a failed read or write
 */
export function guestChecks(
  expected: ExpectedStep,
  facts: readonly Fact[],
  missing: readonly BaseFeature[],
  refusal?: Refusal,
): readonly Check[] {
  const failed = facts.find(({ok}) => !ok);
  const {contradiction} = expected;
  const because = contradiction === undefined ? {} : {contradiction};
  const [refused] = expected.refused;
  if (refused === undefined) {
    return [
      check(
        'guest',
        failed === undefined,
        'guest',
        failed === undefined
          ? {code: 'guest-success', parameters: {}}
          : {code: 'guest-failed', parameters: {...failureOf(failed), op: failed.op, ...because}},
      ),
    ];
  }
  // An unmodified NIC driver drops a frame that it cannot map without an error: the ledger shows it.
  const own = refusal !== undefined && facts.some(({op}) => op === refusal.op) ? refusal : undefined;
  if (own?.reported === 'never') {
    if (failed === undefined) return [];
    const parameters = {...failureOf(failed), op: failed.op};
    return [check('guest', false, 'guest', {code: 'frames-not-dropped', parameters})];
  }
  const {op, errors: errnames} =
    expected.absent === undefined
      ? refusalOf(refused, expected.rule ?? 'path', missing, own)
      : {op: 'map', errors: ['ENOENT']};
  const errname = failed?.errname ?? '';
  const ok = failed?.op === op && errnames.includes(errname);
  return [
    check(
      'guest',
      ok,
      'guest',
      ok
        ? {code: 'guest-refused', parameters: {op, errname}}
        : {
            code: 'guest-refusal-differs',
            parameters: {...failureOf(failed), expected: {op, errnames}, ...because},
          },
    ),
  ];
}

/** What the guest's tool must say failed, and with which of these errors. */
function refusalOf(
  {api, direction}: ExpectedTransfer,
  rule: Rule,
  missing: readonly BaseFeature[],
  own: Refusal | undefined,
): {readonly op: string; readonly errors: readonly string[]} {
  if (own !== undefined) return {op: own.op, errors: apiErrors(rule, api)};
  // A drive's medium is read where it writes to memory.
  return {op: direction === 'write' ? 'read' : 'write', errors: blockErrors(rule, missing)};
}
