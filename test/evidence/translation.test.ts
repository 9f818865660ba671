// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import type {AddressMap} from '../../src/evidence/address-map.ts';
import type {Initiators} from '../../src/evidence/ledger.ts';
import {parseTrace} from '../helpers/parse-trace.ts';
import type {TraceEvent} from '../../src/evidence/trace-event.ts';
import {Translations} from '../../src/evidence/translation.ts';
import {ledgerOf, recordedTrace} from './traces.ts';

const page = 4096;
const src = 0x0300;
const requesters = {[src]: 'src', 0x0400: 'dst'};
const strict = {requesters, translates: true};
const passing = {requesters, translates: false};

const translation = (iova: number, translated: number, requester = src, bytes = page): TraceEvent => ({
  kind: 'iommu-translation',
  requester,
  iova,
  translated,
  bytes,
});
const fault = (address: number): TraceEvent => ({kind: 'iommu-fault', requester: src, address});
const other: TraceEvent = {kind: 'nvme-admin'};

test('a transfer comes out page by page', (t) => {
  const events = [other, translation(0x1_0000, 0x5000), translation(0x1_1000, 0x9000)];
  t.deepEqual(new Translations(events, strict).follow('src', 0x1_0100, 0x1f00, 0), [
    {address: 0x1_0100, bytes: 0xf00, translated: 0x5100},
    {address: 0x1_1000, bytes: 0x1000, translated: 0x9000},
  ]);
});

test('a page may be longer than others', (t) => {
  const events = [other, translation(0x20_0000, 0x60_0000, src, 2 ** 21)];
  t.deepEqual(new Translations(events, strict).follow('src', 0x2f_f000, 0x2000, 0), [
    {address: 0x2f_f000, bytes: 0x2000, translated: 0x6f_f000},
  ]);
});

test("what was answered before, and what another device was told, is not this transfer's", (t) => {
  const events = [
    translation(0x1_0000, 0x1000),
    other,
    translation(0x1_0000, 0x2000, 0x0400),
    translation(0x1_0000, 0x3000),
    translation(0x1_0000, 0x4000),
  ];
  t.deepEqual(new Translations(events, strict).follow('src', 0x1_0000, 16, 1), [
    {address: 0x1_0000, bytes: 16, translated: 0x3000},
  ]);
  t.is(new Translations(events.slice(0, 3), strict).follow('src', 0x1_0000, 16, 1), undefined);
});

test('an IOMMU that translates must have said so of every byte; one that passes need not', (t) => {
  const events = [other, translation(0x1_0000, 0x5000)];
  t.is(new Translations(events, strict).follow('src', 0x1_0000, 0x2000, 0), undefined);
  t.is(new Translations([other], strict).follow('src', 0x1_0000, 16, 0), undefined);
  t.deepEqual(new Translations([other], passing).follow('src', 0x1_0000, 16, 0), [
    {address: 0x1_0000, bytes: 16},
  ]);
  t.is(new Translations(events, passing).follow('src', 0x1_0000, 0x2000, 0), undefined);
});

test('a fault ends where the device asks next', (t) => {
  const whole = [other, fault(0x1_0000)];
  t.deepEqual(new Translations(whole, strict).follow('src', 0x1_0000, 0x3000, 0), [
    {address: 0x1_0000, bytes: 0x3000, faulted: true},
  ]);
  const parts = [other, fault(0x1_0000), translation(0x1_1000, 0x5000), fault(0x1_2000)];
  t.deepEqual(new Translations(parts, strict).follow('src', 0x1_0000, 0x3000, 0), [
    {address: 0x1_0000, bytes: 0x1000, faulted: true},
    {address: 0x1_1000, bytes: 0x1000, translated: 0x5000},
    {address: 0x1_2000, bytes: 0x1000, faulted: true},
  ]);
});

const map: AddressMap = {
  bars: [{device: 'cmb', bar: 2, start: 0xf000_0000, size: 0x10_0000}],
  memory: [{start: 0, size: 0x1000_0000}],
};
const initiators: Initiators = {drives: {1: 'src', 3: 'cmb'}, traced: [], iommu: strict};
const read = (nsid: number, bytes: number): TraceEvent => ({
  kind: 'nvme-command',
  operation: 'read',
  nsid,
  bytes,
});
const given = (address: number, bytes: number): TraceEvent => ({kind: 'nvme-map', address, bytes});

test('the target lies behind the IOMMU, and both addresses are told', (t) => {
  const events = [
    read(1, 2 * page),
    given(0xff_0000, 2 * page),
    translation(0xff_0000, 0xf000_2000),
    translation(0xff_1000, 0xf000_3000),
  ];
  t.deepEqual(ledgerOf(events, map, initiators), {
    entries: [
      {
        ...{initiator: 'src', direction: 'write', target: 'cmb', bar: 2, bytes: 2 * page},
        ...{address: 0xff_0000, translated: 0xf000_2000},
      },
    ],
    gaps: [],
  });
});

test('pages that lie apart behind the IOMMU are entries of their own', (t) => {
  const events = [
    read(1, 2 * page),
    given(0xff_0000, 2 * page),
    translation(0xff_0000, 0x7000),
    translation(0xff_1000, 0x3000),
  ];
  t.deepEqual(
    ledgerOf(events, map, initiators).entries.map(({target, address, translated}) => ({
      target,
      address,
      translated,
    })),
    [
      {target: 'host-memory', address: 0xff_0000, translated: 0x7000},
      {target: 'host-memory', address: 0xff_1000, translated: 0x3000},
    ],
  );
});

test('what the IOMMU does not let through goes nowhere, though the address is that of a BAR', (t) => {
  const events = [read(1, page), given(0xf000_0000, page), fault(0xf000_0000)];
  t.deepEqual(ledgerOf(events, map, initiators), {
    entries: [
      {
        ...{initiator: 'src', direction: 'write', target: 'unmapped', bytes: page},
        ...{address: 0xf000_0000, faulted: true},
      },
    ],
    gaps: [],
  });
});

test('an address that no answer covers is a gap', (t) => {
  const {entries, gaps} = ledgerOf([read(1, page), given(0xf000_0000, page)], map, initiators);
  t.deepEqual(entries, []);
  t.deepEqual(gaps, ['the trace does not show what the IOMMU made of 0xf0000000 for src']);
});

test("a controller's own memory is within it: no IOMMU is asked", (t) => {
  const {entries, gaps} = ledgerOf([read(3, page), given(0xf000_0000, page)], map, initiators);
  t.deepEqual(gaps, []);
  t.is(entries[0]?.target, 'cmb');
});

test('each IOMMU of QEMU, as it says it', (t) => {
  const lines = [
    'vtd_dmar_translate dev 03:00.00 iova 0xffffe000 -> gpa 0xfc010000 mask 0xfff',
    'vtd_dmar_translate dev 04:02.01 iova 0xffe00000 -> gpa 0x200000 mask 0x1fffff',
    'vtd_dmar_fault sid 0x300 fault 6 addr 0xfc010000 write 1',
    'amdvi_translation_result devid: 03:00.0 gpa 0xffffe100 hpa 0xfc010000',
    'amdvi_translation_result devid: 03:00.0 gpa 0xfc010000 hpa 0x0',
    'virtio_iommu_translate_out 0xffffe200 -> 0xfc010200 for sid=768',
    'virtio_iommu_report_fault FAULT reason=2 flags=256 endpoint=768 address =0xfc010000',
  ];
  t.deepEqual(parseTrace(lines.join('\n')), [
    translation(0xffff_e000, 0xfc01_0000),
    translation(0xffe0_0000, 0x20_0000, 0x0411, 2 ** 21),
    fault(0xfc01_0000),
    translation(0xffff_e000, 0xfc01_0000),
    fault(0xfc01_0000),
    translation(0xffff_e000, 0xfc01_0000),
    fault(0xfc01_0000),
  ]);
  for (const line of lines) {
    t.throws(() => parseTrace(line.replaceAll('0x', '')), {instanceOf: SyntaxError}, line);
  }
});

/** Of QEMU 10.0.2's trace of two reads of 32 KiB into a CMB at `start`; the first answer for each page is kept. */
const recorded = (name: string, start: number, functions: Readonly<Record<number, string>>) =>
  ledgerOf(
    recordedTrace(name),
    {bars: [{device: 'cmb', bar: 2, start, size: 2 ** 24}], memory: [{start: 0, size: 2 ** 29}]},
    {drives: {1: 'src', 3: 'cmb'}, traced: [], iommu: {requesters: functions, translates: true}},
  );

test('recorded: VT-d and AMD-Vi translate what a drive writes to a peer', (t) => {
  for (const [name, start, requester] of [
    ['iommu-intel', 0xfc00_0000, 0x0100],
    ['iommu-amd', 0xfd00_0000, 0x0008],
  ] as const) {
    const {entries, gaps} = recorded(name, start, {[requester]: 'src'});
    t.deepEqual(gaps, [], name);
    t.deepEqual(
      entries.map(({target, bytes, address, translated = 0}) => [target, bytes, address, translated - start]),
      [
        ['cmb', 32_768, 0xfffd_0000, 0x1_0000],
        ['cmb', 32_768, 0xfffd_0000, 0x1_8000],
      ],
      name,
    );
  }
});

test('recorded: below a switch virtio-iommu faults a bus address, and is not asked about own memory', (t) => {
  const {entries, gaps} = recorded('iommu-virtio-fault', 0xfc00_0000, {0x0300: 'src', 0x0500: 'cmb'});
  t.deepEqual(gaps, []);
  t.deepEqual(
    entries.map(({initiator, target, bytes, faulted = false}) => [initiator, target, bytes, faulted]),
    [
      ['cmb', 'cmb', 32_768, false],
      ['src', 'unmapped', 32_768, true],
    ],
  );
});

const pages = fc.uniqueArray(fc.nat(0xffff), {minLength: 1, maxLength: 8});

testProp(
  'bytes that were given are bytes that came out, each with the address behind it',
  [pages, fc.nat(page - 1), fc.nat(page - 1)],
  (t, frames, skip, short) => {
    const iova = 0x4000_0000;
    const bytes = Math.max(1, frames.length * page - skip - short);
    const events = [other, ...frames.map((frame, index) => translation(iova + index * page, frame * page))];
    const passed = new Translations(events, strict).follow('src', iova + skip, bytes, 0) ?? [];
    t.is(
      passed.reduce((sum, part) => sum + part.bytes, 0),
      bytes,
    );
    for (const {address, translated = 0} of passed) {
      t.is(translated, (frames[Math.floor((address - iova) / page)] ?? 0) * page + (address % page));
    }
  },
);
