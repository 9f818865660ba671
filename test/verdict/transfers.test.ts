// SPDX-License-Identifier: MIT
import {flowText} from '../../src/verdict/render.ts';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import type {LedgerEntry} from '../../src/evidence/ledger.ts';
import {checkSample, checkTransfers} from '../../src/verdict/transfers.ts';

const entry: fc.Arbitrary<LedgerEntry> = fc.record({
  initiator: fc.constantFrom('src', 'dst'),
  direction: fc.constantFrom('read', 'write'),
  target: fc.constantFrom('cmb', 'host-memory', 'unmapped'),
  bytes: fc.integer({min: 1, max: 2 ** 20}),
  address: fc.nat(),
});
const entries = fc.array(entry, {minLength: 1, maxLength: 8});

/** What the ledger shows, asked for in other pieces and another order. */
function asked(ledger: readonly LedgerEntry[]): readonly Omit<LedgerEntry, 'address'>[] {
  return ledger.toReversed().flatMap(({initiator, direction, target, bytes}) => {
    const half = Math.floor(bytes / 2);
    const part = {initiator, direction, target};
    return half === 0
      ? [{...part, bytes}]
      : [
          {...part, bytes: half},
          {...part, bytes: bytes - half},
        ];
  });
}

testProp('pieces and their order do not matter: the sums do', [entries], (t, ledger) => {
  const check = checkTransfers(ledger, asked(ledger));
  t.true(check.ok, check.detail);
  t.is(check.witness, 'host');
});

testProp('one byte too many or too few is a failure', [entries, fc.nat()], (t, ledger, which) => {
  const index = which % ledger.length;
  for (const change of [-1, 1]) {
    const other = ledger.map((one, at) => (at === index ? {...one, bytes: one.bytes + change} : one));
    t.false(checkTransfers(other, asked(ledger)).ok);
  }
});

testProp('another target, or a transfer that nobody asked for, is a failure', [entries], (t, ledger) => {
  const elsewhere = {...(ledger[0] as LedgerEntry), target: 'elsewhere'};
  t.false(checkTransfers([elsewhere, ...ledger.slice(1)], asked(ledger)).ok);
  t.false(checkTransfers([...ledger, elsewhere], asked(ledger)).ok);
  t.false(checkTransfers(ledger.slice(1), asked(ledger)).ok);
});

test('the words for a person', (t) => {
  t.is(
    flowText({initiator: 'src', direction: 'write', target: 'cmb', bytes: 65_536}),
    'src wrote 64 KiB to cmb',
  );
  t.is(checkTransfers([], []).detail, 'no transfers');
  t.is(
    checkTransfers([], [{initiator: 'dst', direction: 'read', target: 'cmb', bytes: 4096}]).detail,
    'expected: dst reads 4 KiB from cmb; observed: no transfers',
  );
});

test('a sample has of everything some, and of nothing more than there was to be', (t) => {
  const flow = {initiator: 'src', direction: 'write', target: 'cmb', address: 0, api: 'sg'} as const;
  const wanted = [{...flow, bytes: 8192}];
  t.true(checkSample([{...flow, bytes: 4096}], wanted).ok);
  t.regex(
    checkSample([{...flow, bytes: 12_288}], wanted).detail,
    /more than expected: src wrote 12 KiB to cmb/,
  );
  t.regex(checkSample([], wanted).detail, /not observed: src writes 8 KiB to cmb/);
  const stray = [
    {...flow, bytes: 4096},
    {...flow, target: 'unmapped', bytes: 512},
  ];
  t.regex(checkSample(stray, wanted).detail, /more than expected: src wrote 512 B to an unmapped address/);
});
