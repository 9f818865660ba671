// SPDX-License-Identifier: MIT
import type {Basic} from '../spec/abilities.ts';
import type {Check} from '../verdict/check.ts';
import type {ExpectedStep, ExpectedTransfer} from '../verdict/expectation.ts';
import type {Fact} from './facts.ts';

/**
 * Whether the guest's account of a step fits. It is checked against, never believed: success that it reports
 * proves nothing, but a failure that nobody expected is one.
 * @param lacks what the guest's kernel cannot
 */
export function guestChecks(
  expected: ExpectedStep,
  facts: readonly Fact[],
  lacks: readonly Basic[],
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
  if (facts.some(({op}) => op === 'transmit')) return [];
  const {op, errname} =
    expected.absent === undefined ? refusalOf(refused, facts, lacks) : {op: 'map', errname: 'ENOENT'};
  const ok = failed?.op === op && failed.errname === errname;
  const wanted = ok ? '' : `; its ${op} had to fail with ${errname}`;
  return [{name: 'guest', ok, witness: 'guest', detail: `${account}${wanted}${because}.`}];
}

/** What the guest's tool must say: a list is refused with EREMOTEIO, any other mapping with DMA_MAPPING_ERROR. */
function refusalOf(
  {api, direction}: ExpectedTransfer,
  facts: readonly Fact[],
  lacks: readonly Basic[],
): {readonly op: string; readonly errname: string} {
  const errname = api === 'sg' ? 'EREMOTEIO' : 'EIO';
  if (facts.some(({op}) => op === 'dma')) return {op: 'dma', errname};
  // A drive's medium is read where it writes to memory.
  return {
    op: direction === 'write' ? 'read' : 'write',
    errname: lacks.includes('remote-error') ? 'EINVAL' : errname,
  };
}
