// SPDX-License-Identifier: MIT
import type {BaseFeature} from '../spec/features.ts';
import type {Check} from '../verdict/check.ts';
import type {ExpectedStep, ExpectedTransfer} from '../verdict/expectation.ts';
import {apiErrors, blockErrors, type Rule} from '../verdict/refusal.ts';
import type {Fact} from './facts.ts';
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
  const account =
    failed === undefined
      ? 'the guest reports success'
      : `the guest's ${failed.op} failed with ${failed.errname ?? 'an error'}`;
  const because = expected.contradiction === undefined ? '' : `; ${expected.contradiction}`;
  const [refused] = expected.refused;
  if (refused === undefined) {
    return [{name: 'guest', ok: failed === undefined, witness: 'guest', detail: `${account}${because}.`}];
  }
  // An unmodified NIC driver drops a frame that it cannot map, and says nothing: the ledger tells.
  const own = refusal !== undefined && facts.some(({op}) => op === refusal.op) ? refusal : undefined;
  if (own?.reported === 'never') {
    if (failed === undefined) return [];
    return [
      {name: 'guest', ok: false, witness: 'guest', detail: `${account}; the NIC had to drop the frames.`},
    ];
  }
  const {op, errors} =
    expected.absent === undefined
      ? refusalOf(refused, expected.rule ?? 'path', missing, own)
      : {op: 'map', errors: ['ENOENT']};
  const ok = failed?.op === op && errors.includes(failed.errname ?? '');
  const wanted = ok ? '' : `; its ${op} had to fail with ${errors.join(' or ')}`;
  return [{name: 'guest', ok, witness: 'guest', detail: `${account}${wanted}${because}.`}];
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
