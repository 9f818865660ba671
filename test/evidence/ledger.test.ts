// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import type {AddressMap} from '../../src/evidence/address-map.ts';
import {cpuAccesses} from '../../src/evidence/arrivals.ts';
import {buildLedger, type Initiators, sumUp} from '../../src/evidence/ledger.ts';
import {parseTrace} from '../helpers/parse-trace.ts';
import type {TraceEvent} from '../../src/evidence/trace-event.ts';
import {ledgerOf, recordedDrives, recordedMap, recordedNics, recordedTrace} from './traces.ts';

const untraced: Initiators = {drives: recordedDrives, traced: []};
const traced: Initiators = {...untraced, traced: ['cmb']};

test('recorded: a copy from drive to drive by way of a CMB', (t) => {
  t.deepEqual(ledgerOf(recordedTrace('copy'), recordedMap, untraced), {
    entries: [
      {initiator: 'src', direction: 'write', target: 'cmb', bar: 2, bytes: 4096, address: 0xfb02_0000},
      {initiator: 'dst', direction: 'read', target: 'cmb', bar: 2, bytes: 4096, address: 0xfb02_0000},
    ],
    gaps: [],
  });
});

test('recorded: a copy through host memory, in pages that lie anywhere', (t) => {
  const {entries, gaps} = ledgerOf(recordedTrace('host-memory'), recordedMap, traced);
  t.deepEqual(gaps, []);
  t.deepEqual([...new Set(entries.map(({target}) => target))], ['host-memory']);
  t.is(sum(entries.filter(({initiator, direction}) => initiator === 'src' && direction === 'write')), 65_536);
  t.is(sum(entries.filter(({initiator, direction}) => initiator === 'dst' && direction === 'read')), 65_536);
  t.is(sum(entries), 131_072);
});

test('recorded: frames of an e1000e and an igb, a header in host memory and a payload in the CMB each', (t) => {
  const {entries} = ledgerOf(recordedTrace('transmit'), recordedNics, untraced);
  for (const nic of ['nic', 'new']) {
    const sent = entries.filter(({initiator}) => initiator === nic);
    t.is(sum(sent.filter(({target}) => target === 'host-memory')), 4 * 18);
    t.deepEqual(
      sent.filter(({target}) => target === 'cmb'),
      [{initiator: nic, direction: 'read', target: 'cmb', bar: 2, bytes: 4096, address: 0xfb01_0000}],
    );
  }
});

test('what turned around asks no IOMMU, what went up does, and what was blocked meets nothing', (t) => {
  const iommu = {requesters: {0x300: 'src', 0x500: 'dst'}, translates: true};
  const ledger = (...lines: readonly string[]) =>
    ledgerOf(parseTrace(lines.join('\n')), recordedMap, {...untraced, iommu, routed: true});
  const command = ['pci_nvme_read cid 1 nsid 1 nlb 8 count 4096 lba 0x0'];
  const mapped = 'pci_nvme_map_addr addr 0xfb020000 len 4096';
  const entry = {initiator: 'src', direction: 'write', bytes: 4096, address: 0xfb02_0000};
  t.deepEqual(ledger(...command, mapped, 'pci_dma src 03:00.0 write 0xfb020000+0x1000 turned sw0'), {
    entries: [{...entry, target: 'cmb', bar: 2, route: 'peer-to-peer', by: 'sw0'}],
    gaps: [],
  });
  t.deepEqual(ledger(...command, mapped, 'pci_dma src 03:00.0 write 0xfb020000+0x1000 blocked sw0.1'), {
    entries: [{...entry, target: 'unmapped', route: 'blocked', by: 'sw0.1'}],
    gaps: [],
  });
  const up = [...command, mapped, 'pci_dma src 03:00.0 write 0xfb020000+0x1000 up -'];
  t.deepEqual(ledger(...up).gaps, ['the trace does not show what the IOMMU made of 0xfb020000 for src']);
  const answer = 'vtd_dmar_translate dev 03:00.00 iova 0xfb020000 -> gpa 0x1000 mask 0xfff';
  t.deepEqual(ledger(...up, answer).entries, [
    {...entry, target: 'host-memory', translated: 0x1000, route: 'upstream'},
  ]);
  t.deepEqual(ledger(...command, mapped).gaps, [
    'the trace does not show the requests of src for 0xfb020000',
  ]);
});

test('recorded: nothing moves where the kernel refuses', (t) => {
  t.deepEqual(ledgerOf(recordedTrace('refused'), recordedMap, traced), {entries: [], gaps: []});
});

test("recorded: a controller's DMA to its own CMB does not pass the bus, and is no gap", (t) => {
  const own = ledgerOf(recordedTrace('own-cmb'), recordedMap, untraced);
  t.deepEqual(own.gaps, []);
  t.deepEqual(
    own.entries.filter(({initiator}) => initiator === 'cmb').map(({target, bytes}) => ({target, bytes})),
    [{target: 'cmb', bytes: 4096}],
  );
  const text = [
    'pci_nvme_read cid 1 nsid 3 nlb 8 count 4096 lba 0x0',
    'pci_nvme_map_addr addr 0xfb020000 len 4096',
  ];
  t.deepEqual(ledgerOf(parseTrace(text.join('\n')), recordedMap, traced).gaps, []);
});

test('recorded: the mutant that misses into host memory shows as such', (t) => {
  const {entries} = ledgerOf(recordedTrace('mutant-into-ram'), recordedMap, untraced);
  t.deepEqual([...new Set(entries.map(({target}) => target))], ['host-memory']);
});

test('recorded: bytes that were sent but did not arrive are a gap', (t) => {
  // Of the recorded arrivals only the first few are kept.
  const {gaps} = ledgerOf(recordedTrace('copy'), recordedMap, traced);
  t.deepEqual(gaps, [
    '4096 bytes of reads were sent to cmb, but 8 arrived there',
    '4096 bytes of writes were sent to cmb, but 8 arrived there',
  ]);
});

// What is made up here has the form of what was recorded.

const map: AddressMap = {
  bars: [{device: 'cmb', bar: 2, start: 0x1_0000, size: 0x1_0000}],
  memory: [{start: 0x2_0000, size: 0x1_0000}],
};

interface Transfer {
  readonly nsid: number;
  readonly operation: 'read' | 'write';
  readonly segments: readonly {readonly address: number; readonly bytes: number}[];
}

function inCmb(address: number): boolean {
  return address >= 0x1_0000 && address < 0x2_0000;
}

/** What QEMU writes of a transfer: the command, its addresses, and each arrival in the CMB. */
function traceOf({nsid, operation, segments}: Transfer): readonly TraceEvent[] {
  const bytes = sum(segments);
  const arrivals = segments.flatMap((segment) =>
    Array.from({length: segment.bytes / 4}, (_, index) => segment.address + index * 4)
      .filter(inCmb)
      .map(
        (address): TraceEvent => ({
          kind: 'access',
          // A command that reads the medium writes to memory.
          operation: operation === 'read' ? 'write' : 'read',
          cpu: -1,
          address,
          value: '0x0',
          size: 4,
          region: 'nvme-cmb',
        }),
      ),
  );
  return [
    {kind: 'nvme-command', operation, nsid, bytes},
    ...segments.map(({address, bytes: length}): TraceEvent => ({kind: 'nvme-map', address, bytes: length})),
    // Arrivals need not follow their own command at once.
    ...arrivals,
  ];
}

const segment = fc.record({
  address: fc.integer({min: 0x3000, max: 0xd000}).map((words) => words * 4),
  bytes: fc.integer({min: 1, max: 64}).map((words) => words * 4),
});
const transfer: fc.Arbitrary<Transfer> = fc.record({
  nsid: fc.constantFrom(1, 2),
  operation: fc.constantFrom('read', 'write'),
  segments: fc.array(segment, {minLength: 1, maxLength: 5}),
});
const transfers = fc.array(transfer, {minLength: 1, maxLength: 6});

testProp('bytes asked for are bytes accounted for, by initiator and direction', [transfers], (t, all) => {
  const {entries, gaps} = ledgerOf(all.flatMap(traceOf), map, traced);
  t.deepEqual(gaps, []);
  for (const [nsid, initiator] of [
    [1, 'src'],
    [2, 'dst'],
  ] as const) {
    for (const operation of ['read', 'write'] as const) {
      const asked = all.filter((one) => one.nsid === nsid && one.operation === operation);
      const direction = operation === 'read' ? 'write' : 'read';
      const found = entries.filter((entry) => entry.initiator === initiator && entry.direction === direction);
      t.is(sum(found), sum(asked.flatMap(({segments}) => segments)));
    }
  }
});

testProp('an address that is missing is a gap', [transfers, fc.nat()], (t, all, which) => {
  const events = all.flatMap(traceOf);
  const maps = events.filter(({kind}) => kind === 'nvme-map');
  const lost = maps[which % maps.length];
  const {gaps} = ledgerOf(
    events.filter((event) => event !== lost),
    map,
    untraced,
  );
  t.is(gaps.length, 1);
  t.regex(gaps[0] ?? '', /was asked for \d+ bytes and given addresses for \d+/);
});

testProp('an arrival that is missing is a gap, and one too many', [transfers, fc.nat()], (t, all, which) => {
  const events = all.flatMap(traceOf);
  const arrivals = events.filter(({kind}) => kind === 'access');
  const one = arrivals[which % arrivals.length];
  if (one === undefined) return t.pass();
  const missing = events.filter((event) => event !== one);
  t.is(ledgerOf(missing, map, traced).gaps.length, 1);
  t.is(ledgerOf([...events, one], map, traced).gaps.length, 1);
  t.is(ledgerOf([...events, {...one}, one], map, traced).gaps.length, 1);
});

test('addresses outside any command, or of a drive that nobody has, are gaps', (t) => {
  const mapping: TraceEvent = {kind: 'nvme-map', address: 0x1_0000, bytes: 4096};
  t.regex(ledgerOf([mapping], map, untraced).gaps[0] ?? '', /outside any command/);
  const stranger: TraceEvent = {kind: 'nvme-command', operation: 'read', nsid: 9, bytes: 4096};
  t.regex(ledgerOf([stranger, mapping], map, untraced).gaps[0] ?? '', /namespace 9, which no drive has/);
});

test('what a controller is asked about itself is no transfer', (t) => {
  const events: readonly TraceEvent[] = [
    {kind: 'nvme-admin'},
    {kind: 'nvme-map', address: 0x2_0000, bytes: 4096},
  ];
  t.deepEqual(ledgerOf(events, map, untraced), {entries: [], gaps: []});
});

const doorbells: AddressMap = {
  ...map,
  bars: [
    ...map.bars,
    {device: 'nic0', bar: 0, start: 0x8_0000, size: 0x2_0000},
    {device: 'nic1', bar: 0, start: 0xa_0000, size: 0x2_0000},
  ],
};

function doorbell(address: number): TraceEvent {
  return {kind: 'register', operation: 'write', address, value: '0x1', model: 'igb'};
}

test('of several NICs that one sends whose doorbell was rung; without a doorbell it is a gap', (t) => {
  const sent: TraceEvent = {kind: 'nic-transmit', address: 0x1_0000, bytes: 64};
  const {entries, gaps} = ledgerOf([doorbell(0x8_3818), sent, doorbell(0xa_e018), sent], doorbells, untraced);
  t.deepEqual(gaps, []);
  t.deepEqual(
    entries.map(({initiator}) => initiator),
    ['nic0', 'nic1'],
  );
  t.deepEqual(ledgerOf([sent], doorbells, untraced).gaps, ['a NIC sent, and the trace does not say which']);
});

test('a NIC that is told of several descriptors at once fetches one after the other', (t) => {
  const read = (address: number): TraceEvent => ({
    kind: 'access',
    operation: 'read',
    cpu: 0,
    address,
    value: '0x0',
    size: 4,
    region: 'nvme-cmb',
  });
  const events: readonly TraceEvent[] = [
    doorbell(0x8_3818),
    {kind: 'nic-transmit', address: 0x2_0000, bytes: 18},
    {kind: 'nic-transmit', address: 0x1_0000, bytes: 8},
    {kind: 'nic-transmit', address: 0x1_1000, bytes: 4},
    ...[0x1_0000, 0x1_0004, 0x1_1000].map(read),
    // The next word that it does not fetch is the CPU's.
    read(0x1_1004),
  ];
  t.deepEqual(ledgerOf(events, doorbells, traced).gaps, []);
  t.deepEqual(
    cpuAccesses(events, 'read').map(({address}) => address),
    [0x1_1004],
  );
});

test("once a register is touched again, a read is the CPU's", (t) => {
  const events: readonly TraceEvent[] = [
    doorbell(0x8_3818),
    {kind: 'nic-transmit', address: 0x1_0000, bytes: 4},
    doorbell(0x8_3818),
    {kind: 'access', operation: 'read', cpu: 0, address: 0x1_0000, value: '0x0', size: 4, region: 'nvme-cmb'},
  ];
  t.is(cpuAccesses(events, 'read').length, 1);
  t.is(ledgerOf(events, doorbells, traced).gaps.length, 1);
});

test("a NIC's reads in a vCPU's doorbell write are told from the CPU's own", (t) => {
  const read = (address: number, size: number): TraceEvent => ({
    kind: 'access',
    operation: 'read',
    cpu: 1,
    address,
    value: '0x0',
    size,
    region: 'nvme-cmb',
  });
  const events = [
    read(0x1_0000, 8),
    doorbell(0x8_3818),
    {kind: 'nic-transmit', address: 0x1_0000, bytes: 8} as const,
    read(0x1_0000, 4),
    read(0x1_0004, 4),
    read(0x1_0008, 8),
  ];
  t.deepEqual(ledgerOf(events, doorbells, traced).gaps, []);
  t.deepEqual(
    cpuAccesses(events, 'read').map(({address, size}) => ({address, size})),
    [
      {address: 0x1_0000, size: 8},
      {address: 0x1_0008, size: 8},
    ],
  );
});

function sum(items: readonly {readonly bytes: number}[]): number {
  return items.reduce((total, {bytes}) => total + bytes, 0);
}

test('a sum keeps who moved how much where, and how many pieces there were', (t) => {
  const entry = {initiator: 'src', direction: 'write', target: 'cmb', bar: 2} as const;
  t.deepEqual(
    sumUp([
      {...entry, bytes: 512, address: 0x3000},
      {...entry, bytes: 1024, address: 0x1000},
      {...entry, initiator: 'dst', bytes: 64, address: 0x9000},
    ]),
    [
      {...entry, bytes: 1536, address: 0x1000, pieces: 2},
      {...entry, initiator: 'dst', bytes: 64, address: 0x9000, pieces: 1},
    ],
  );
});

// The rest of a trace is what QEMU 10.0.2 writes, for commands that go wrong.

const ownMemory: AddressMap = {
  ...recordedMap,
  bars: [{device: 'cmb', bar: 2, start: 0xfb00_0000, size: 0x100_0000}],
};

function submit(cid: number, nsid: number, queue = 1): readonly string[] {
  return [
    `pci_nvme_io_cmd cid ${cid} nsid 0x${nsid} sqid ${queue} opc 0x2 opname 'NVME_NVM_CMD_READ'`,
    `pci_nvme_read cid ${cid} nsid ${nsid} nlb 8 count 4096 lba 0x0`,
    'pci_nvme_map_addr addr 0x1000 len 4096',
  ];
}

function complete(cid: number, status = 0, nsid = 1, queue = 1): readonly string[] {
  return [
    `pci_nvme_enqueue_req_completion cid ${cid} cqid ${queue} dw0 0x0 dw1 0x0 status 0x${status.toString(16)}`,
    ...(status === 0
      ? []
      : [`pci_nvme_err_req_status cid ${cid} nsid ${nsid} status 0x${status.toString(16)} opc 0x2`]),
  ];
}

const began = (cid: number): string => `pci_nvme_rw_cb cid ${cid} blk ''`;

type Lines = string | readonly Lines[];

function ledgerOfLines(...lines: readonly Lines[]) {
  return buildLedger(parseTrace(lines.flat(3).join('\n')), ownMemory, untraced);
}

test('a command that the controller rejected moved nothing, and is told with its status', (t) => {
  const ledger = ledgerOfLines(
    "pci_nvme_io_cmd cid 7 nsid 0x3 sqid 1 opc 0x2 opname 'NVME_NVM_CMD_READ'",
    'pci_nvme_read cid 7 nsid 3 nlb 24 count 12288 lba 0x0',
    'pci_nvme_map_addr addr 0xfb010000 len 8192',
    'pci_nvme_map_addr addr 0x1000 len 4096',
    complete(7, 0x4012, 3),
  );
  t.deepEqual(ledger, {
    entries: [],
    gaps: [],
    rejected: [{initiator: 'cmb', direction: 'write', bytes: 12_288, status: 0x4012, mixed: true}],
  });
  const outOfRange = ledgerOfLines(submit(8, 1), complete(8, 0x4080));
  t.deepEqual(outOfRange.rejected, [
    {initiator: 'src', direction: 'write', bytes: 4096, status: 0x4080, mixed: false},
  ]);
});

test('a command whose end the trace does not show is a gap, but not in a sample', (t) => {
  t.deepEqual(ledgerOfLines(submit(1, 1)).gaps, [
    'the trace does not show how a command of src for 4096 bytes ended',
  ]);
  const events = parseTrace(submit(1, 1).join('\n'));
  t.deepEqual(buildLedger(events, ownMemory, {...untraced, sampled: true}), {
    entries: [],
    gaps: [],
    rejected: [],
  });
});

test('a command that failed in the middle is a gap; one that was aborted at its end has moved its data', (t) => {
  const failed = ledgerOfLines(
    submit(1, 1),
    began(1),
    "pci_nvme_err_aio cid 1 err 'Input/output error' status 0x281",
    complete(1, 0x281),
  );
  t.deepEqual(failed.entries, []);
  t.regex(failed.gaps[0] ?? '', /^src failed to move 4096 bytes: 0x281/);
  const aborted = ledgerOfLines(submit(1, 1), began(1), complete(1, 0x8));
  t.deepEqual(aborted.gaps, []);
  t.is(sum(aborted.entries), 4096);
});

test('of drives with the same command in the same queue that one is rejected that QEMU names', (t) => {
  for (const rejected of [1, 2]) {
    const {entries, gaps, ...rest} = ledgerOfLines(
      submit(5, 1),
      submit(5, 2),
      rejected === 1 ? complete(5, 0x4013, 1) : [began(5), complete(5)],
      rejected === 1 ? [began(5), complete(5)] : complete(5, 0x4013, 2),
    );
    t.deepEqual(gaps, []);
    t.deepEqual(
      rest.rejected.map(({initiator}) => initiator),
      [rejected === 1 ? 'src' : 'dst'],
    );
    t.deepEqual(
      entries.map(({initiator}) => initiator),
      [rejected === 1 ? 'dst' : 'src'],
    );
  }
  // Whose success it was is not known while the other is under way.
  t.is(ledgerOfLines(submit(5, 1), submit(5, 2), complete(5)).gaps.length, 2);
  t.deepEqual(ledgerOfLines(submit(5, 1), submit(5, 2), complete(5), complete(5)).gaps, []);
  // The identifier is used again: the first command of src must have ended.
  const again = ledgerOfLines(
    submit(5, 1),
    submit(5, 2),
    complete(5),
    submit(5, 1),
    complete(5),
    complete(5),
  );
  t.deepEqual(again.gaps, []);
  t.is(sum(again.entries), 3 * 4096);
});

test("another queue's completion is not a command's own, and a flush's is none of a read's", (t) => {
  t.is(ledgerOfLines(submit(5, 1, 1), complete(5, 0, 1, 2)).gaps.length, 1);
  const flush = "pci_nvme_io_cmd cid 5 nsid 0x2 sqid 1 opc 0x0 opname 'NVME_NVM_CMD_FLUSH'";
  t.is(ledgerOfLines(submit(5, 1), flush, complete(5)).gaps.length, 1);
  t.deepEqual(ledgerOfLines(submit(5, 1), flush, complete(5), complete(5)).gaps, []);
});

test('zeroes that are written take no data', (t) => {
  const ledger = ledgerOfLines(
    "pci_nvme_io_cmd cid 1 nsid 0x1 sqid 1 opc 0x8 opname 'NVME_NVM_CMD_WRITE_ZEROES'",
    "pci_nvme_write cid 1 opname 'NVME_NVM_CMD_WRITE_ZEROES' nsid 1 nlb 8 count 4096 lba 0x0",
    complete(1),
  );
  t.deepEqual(ledger, {entries: [], gaps: [], rejected: []});
});
