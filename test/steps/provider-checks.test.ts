// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {pattern} from '../../src/evidence/image.ts';
import type {LedgerEntry} from '../../src/evidence/ledger.ts';
import type {TraceEvent} from '../../src/evidence/trace-event.ts';
import {providerChecks} from '../../src/steps/provider-checks.ts';

const start = 0xfb02_0000;
const content = pattern('src', 4096);
const expected = {
  outcome: 'peer',
  transfers: [{initiator: 'src', direction: 'write', target: 'cmb', bytes: content.length, api: 'sg'}],
  refused: [],
  why: '',
} as const;

/** The CPU's reads of these bytes, eight at a time, as QEMU prints them. */
function reads(bytes: Buffer, from: number): readonly TraceEvent[] {
  return Array.from(
    {length: bytes.length / 8},
    (_, index): TraceEvent => ({
      kind: 'access',
      operation: 'read',
      cpu: 0,
      address: from + index * 8,
      value: `0x${bytes.readBigUInt64LE(index * 8).toString(16)}`,
      size: 8,
      region: 'nvme-cmb',
    }),
  );
}

function check(events: readonly TraceEvent[], address: number): Readonly<Record<string, boolean>> {
  const entry: LedgerEntry = {
    initiator: 'src',
    direction: 'write',
    target: 'cmb',
    bytes: content.length,
    address,
  };
  const checks = providerChecks(
    {events, ledger: {entries: [entry], rejected: [], gaps: []}, expected},
    'cmb',
    content,
  );
  return Object.fromEntries(checks.map(({name, ok}) => [name, ok]));
}

test('the devices were sent where the CPU finds the bytes', (t) => {
  t.deepEqual(check(reads(content, start), start), {placement: true, 'read-back': true});
});

testProp('any other address is misplaced', [fc.integer({min: -8192, max: 8192})], (t, offset) => {
  t.is(check(reads(content, start), start + offset)['placement'], offset === 0);
});

testProp('one wrong byte is seen', [fc.nat(4095), fc.integer({min: 1, max: 255})], (t, at, change) => {
  const wrong = Buffer.from(content);
  wrong[at] = (wrong[at] ?? 0) ^ change;
  t.deepEqual(check(reads(wrong, start), start), {placement: true, 'read-back': false});
});

testProp('a read-back with a hole is none', [fc.nat(511)], (t, which) => {
  const events = reads(content, start).filter((_, index) => index !== which);
  t.deepEqual(check(events, start), {'read-back': false});
});

testProp('a hole is not filled by reading something else twice', [fc.nat(510)], (t, which) => {
  const events = reads(content, start).map((event, index, all) => (index === which ? all[which + 1] : event));
  t.deepEqual(check(events as readonly TraceEvent[], start), {'read-back': false});
});

test('without any read there is no read-back', (t) => {
  t.deepEqual(check([], start), {'read-back': false});
});
