// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {TraceParser} from '../../src/evidence/trace.ts';
import {parseTrace} from '../helpers/parse-trace.ts';
import {tracedEvents} from '../../src/evidence/traced-events.ts';
import {recordedText, recordedTrace} from './traces.ts';

test('a copy: the CPU fills, a drive writes, the CPU reads back, a drive reads', (t) => {
  // Linux reads the clock when it likes.
  const events = recordedTrace('copy').filter(({kind}) => kind !== 'clock');
  const words = events.map((event) =>
    event.kind === 'access' ? `${event.operation} by ${event.cpu === -1 ? 'a device' : 'a CPU'}` : event.kind,
  );
  t.deepEqual(
    words.filter((word, index) => word !== words[index - 1]),
    [
      'write by a CPU',
      ...['nvme-submit', 'nvme-command', 'nvme-map', 'write by a device', 'nvme-completion'],
      'read by a CPU',
      ...['nvme-submit', 'nvme-command', 'nvme-map', 'read by a device', 'nvme-completion'],
      // A flush.
      ...['nvme-submit', 'nvme-completion'],
    ],
  );
  t.deepEqual(
    events.filter(({kind}) => kind === 'nvme-command' || kind === 'nvme-map'),
    [
      {kind: 'nvme-command', operation: 'read', nsid: 1, bytes: 4096},
      {kind: 'nvme-map', address: 0xfb02_0000, bytes: 4096},
      {kind: 'nvme-command', operation: 'write', nsid: 2, bytes: 4096},
      {kind: 'nvme-map', address: 0xfb02_0000, bytes: 4096},
    ],
  );
});

test('an access keeps all 64 bits of its value', (t) => {
  const [line = ''] = /^memory_region_ops_read cpu 0 .* name 'nvme-cmb'$/m.exec(recordedText('copy')) ?? [];
  t.deepEqual(parseTrace(line), [
    {
      kind: 'access',
      operation: 'read',
      cpu: 0,
      address: 0xfb02_0000,
      value: '0xf2a74de452e6b438',
      size: 8,
      region: 'nvme-cmb',
    },
  ]);
});

test('a transmission: a doorbell, a header of 18 bytes in host memory, a payload, per frame', (t) => {
  const sent = recordedTrace('transmit').filter(
    (event) => event.kind === 'nic-transmit' || (event.kind === 'register' && event.model === 'igb'),
  );
  const frame = (header: number, index: number) => [
    {kind: 'nic-transmit', address: header, bytes: 18},
    {kind: 'nic-transmit', address: 0xfb01_0000 + index * 0x400, bytes: 1024},
  ];
  t.deepEqual(
    sent.slice(0, 8),
    [0, 1, 2, 3].flatMap((index) => frame(0x34_2490, index)),
  );
  t.deepEqual(sent.slice(8, 11), [
    {kind: 'register', operation: 'write', address: 0xfd40_3818, value: '0x2', model: 'igb'},
    ...frame(0x34_2010, 0),
  ]);
});

test('an e1000 leaves its doorbell and what it fetches, but no descriptor', (t) => {
  const events = recordedTrace('transmit');
  const first = events.findIndex((event) => event.kind === 'register' && event.model === 'e1000');
  t.deepEqual(
    events.slice(first).map(({kind}) => kind),
    ['register', 'access', 'access', 'register', 'access', 'access', 'register'],
  );
});

test("a controller's own memory is counted once, although QEMU says it twice", (t) => {
  const text = recordedText('own-cmb');
  t.regex(text, /^pci_nvme_map_addr_cmb /m);
  t.deepEqual(
    recordedTrace('own-cmb').filter(({kind}) => kind === 'nvme-map'),
    [{kind: 'nvme-map', address: 0xfb02_0000, bytes: 4096}],
  );
});

test("where the kernel refuses, only the CPU's own fill is there", (t) => {
  const kinds = new Set(recordedTrace('refused').map((event) => event.kind));
  t.deepEqual([...kinds], ['clock', 'access']);
});

test('a reading of the clock has its register and its value', (t) => {
  const [clock] = recordedTrace('refused').filter(({kind}) => kind === 'clock');
  t.like(clock, {kind: 'clock', address: 0xfed0_00f0});
});

test('a context descriptor and an empty one carry no data', (t) => {
  const lines = [
    'e1000e_tx_descr 0x1000 : 20000012 0', // DEXT, type 0: a context
    'e1000e_tx_descr 0x1000 : 8b000000 0',
    'e1000e_tx_descr 0x1000 : 20100400 0', // DEXT, type 1: data
    'e1000e_tx_descr 0x1000 : 22200000 0', // DEXT, type 2: a context of an igb
    'e1000e_tx_descr 0x1000 : 2b3c0200 0', // DEXT, type 3: data of an igb, 16 bits of length
    'e1000e_tx_descr (nil) : b050400 0', // a legacy one has 16 bits of length
  ];
  t.deepEqual(parseTrace(lines.join('\n')), [
    {kind: 'nic-transmit', address: 0x1000, bytes: 1024},
    {kind: 'nic-transmit', address: 0x1000, bytes: 512},
    {kind: 'nic-transmit', address: 0, bytes: 1024},
  ]);
});

test('registers of others and events that nobody asked for are passed over', (t) => {
  const others = [
    "memory_region_ops_write cpu 0 mr 0x55ef1a518960 addr 0xfe801008 value 0x1 size 4 name 'nvme'",
    "memory_region_ops_read cpu 1 mr 0x55ef18fb1de0 addr 0xfee00300 value 0xfb size 4 name 'apic-msi'",
    'pci_nvme_map_prp trans_len 4096 len 4096 prp1 0xfb020000 prp2 0x0 num_prps 2',
    'dma_blk_io dbs=0x55ef18e5f750 bs=0x55ef19074000 offset=0 to_dev=0',
    'pci_nvme_flush_ns nsid 0x2',
    'qemu-system-x86_64: warning: something else',
    '',
  ];
  t.deepEqual(parseTrace(others.join('\n')), []);
});

test('a line of ours that reads otherwise than it should is an error, never nothing', (t) => {
  const broken = [
    'pci_nvme_read cid 448 nsid 1 nlb 8',
    'pci_nvme_write cid 448 nsid one nlb 8 count 4096 lba 0x0',
    'pci_nvme_map_addr addr 0xfb0',
    'pci_nvme_map_addr 0xfb020000 4096',
    'pci_nvme_io_cmd cid 448 nsid 1 sqid 1 opc 0x2',
    'pci_nvme_enqueue_req_completion cid 448 cqid 1 dw0 0x0 dw1 0x0 status',
    'pci_nvme_err_req_status cid 448 status 0x4012 opc 0x2',
    'pci_nvme_err_aio 448',
    'pci_nvme_rw_cb blk',
    'e1000e_tx_descr 0x2e1b10',
    "memory_region_ops_read cpu x mr 0x1 addr 0x2 value 0x3 size 4 name 'nvme-cmb'",
    "memory_region_ops_read cpu 0 mr 0x1 addr nil value 0x3 size 4 name 'nvme-cmb'",
    "memory_region_ops_write cpu 0 mr 0x1 addr 0x2 value 3 size 4 name 'nvme-cmb'",
    "memory_region_ops_write cpu 0 mr 0x1 addr 0x2 value 0x3 size name 'nvme-cmb'",
    "memory_region_ops_write cpu 0 mr 0x1 addr 0x2 size 4 name 'nvme-cmb'",
    "memory_region_ops_write addr 0x2 value 0x3 size 4 name 'e1000e-mmio'",
  ];
  for (const line of broken) t.throws(() => parseTrace(line), {instanceOf: SyntaxError}, line);
});

test('all that is read is switched on', (t) => {
  for (const name of ['copy', 'transmit', 'own-cmb']) {
    const enabled = recordedText(name)
      .split('\n')
      .filter((line) => tracedEvents.some((event) => line.startsWith(`${event} `)));
    t.deepEqual(parseTrace(enabled.join('\n')), recordedTrace(name));
  }
});

testProp('what is traced of a mapping is what is read', [fc.maxSafeNat(), fc.nat()], (t, address, bytes) => {
  const line = `pci_nvme_map_addr addr 0x${address.toString(16)} len ${bytes}`;
  t.deepEqual(parseTrace(line), [{kind: 'nvme-map', address, bytes}]);
});

test('a trace reads the same in whatever pieces it comes', (t) => {
  for (const name of ['copy', 'transmit', 'own-cmb', 'iommu-intel', 'iommu-amd', 'iommu-virtio-fault']) {
    const text = recordedText(name);
    for (const bytes of [1, 7, 64, 4096]) {
      const parser = new TraceParser();
      for (let at = 0; at < text.length; at += bytes) parser.push(text.slice(at, at + bytes));
      if (!text.endsWith('\n')) parser.push('\n');
      t.deepEqual(parser.end(), parseTrace(text), `${name} in pieces of ${bytes}`);
    }
  }
});

test('a trace that ends within a line is an error', (t) => {
  const parser = new TraceParser();
  parser.push('pci_nvme_read cid 1 nsid 1 nlb 8 count 4096 lba 0x0\npci_nvme_map_ad');
  t.throws(() => parser.end(), {instanceOf: SyntaxError, message: /pci_nvme_map_ad$/});
});

function access(operation: 'read' | 'write', cpu: number, address: number, value = 0): string {
  return `memory_region_ops_${operation} cpu ${cpu} mr 0x1 addr 0x${address.toString(16)} value 0x${value.toString(16)} size 4 name 'nvme-cmb'`;
}

function accessesIn(lines: readonly string[]) {
  return parseTrace(lines.join('\n')).flatMap((event) =>
    event.kind === 'access' ? [[event.operation, event.cpu, event.address, event.size, event.value]] : [],
  );
}

test('words that follow each other are one access: of one side, in one direction, and within a page', (t) => {
  const page = Array.from({length: 1024}, (_, index) => access('write', -1, 0x1000 + index * 4));
  t.deepEqual(accessesIn([...page, access('write', -1, 0x2000)]), [
    ['write', -1, 0x1000, 4096, ''],
    ['write', -1, 0x2000, 4, ''],
  ]);
  t.deepEqual(
    accessesIn([
      access('read', 0, 0x1000, 0x11),
      access('read', 0, 0x1004, 0x2233),
      access('read', 1, 0x1008),
      access('read', -1, 0x100c),
      access('write', -1, 0x1010),
      access('write', -1, 0x1018),
    ]),
    [
      ['read', 0, 0x1000, 8, '0x0000223300000011'],
      ['read', 1, 0x1008, 4, '0x00000000'],
      ['read', -1, 0x100c, 4, ''],
      ['write', -1, 0x1010, 4, ''],
      ['write', -1, 0x1018, 4, ''],
    ],
  );
});

test('an IOMMU that answers for each word of a page answers once, and the page is one access', (t) => {
  const answer = 'vtd_dmar_translate dev 03:00.00 iova 0x5000 -> gpa 0x1000 mask 0xfff';
  const lines = [answer, access('write', -1, 0x1000), answer, access('write', -1, 0x1004)];
  t.deepEqual(
    parseTrace(lines.join('\n')).map(({kind}) => kind),
    ['iommu-translation', 'access'],
  );
  // After anything else it is another answer.
  const map = 'pci_nvme_map_addr addr 0x5000 len 4096';
  t.is(parseTrace([answer, map, answer].join('\n')).length, 3);
});

test('reads that may be those of a NIC in a doorbell are kept apart', (t) => {
  const reads = [access('read', 0, 0x1000), access('read', 0, 0x1004)];
  const descriptor = 'e1000e_tx_descr 0x1000 : 2000004 0';
  const register = "memory_region_ops_write cpu 0 mr 0x1 addr 0x9018 value 0x1 size 4 name 'e1000-mmio'";
  const status = "memory_region_ops_read cpu 0 mr 0x1 addr 0x9008 value 0x1 size 4 name 'e1000-mmio'";
  t.is(accessesIn([descriptor, ...reads]).length, 2);
  t.is(accessesIn([register, ...reads]).length, 2);
  t.is(accessesIn([register, status, ...reads]).length, 1);
});

test('a fault of an SMMUv3 is at the address that was looked up before it', (t) => {
  const miss =
    'smmu_iotlb_lookup_miss IOTLB cache MISS asid=1 vmid=-1 addr=0xffffe000 hit=3 miss=2 hit rate=60';
  const fault = 'smmuv3_record_event SMMU_EVT_F_TRANSLATION sid=0x18';
  const other = miss.replace('0xffffe000', '0xffffd000');
  const events = parseTrace(
    [miss, fault, other, fault, 'smmuv3_record_event SMMU_EVT_C_BAD_STREAMID sid=0x18'].join('\n'),
  );
  t.deepEqual(events, [
    {kind: 'iommu-fault', requester: 0x18, address: 0xffffe000},
    {kind: 'iommu-fault', requester: 0x18, address: 0xffffd000},
  ]);
  t.throws(() => parseTrace(fault), {instanceOf: SyntaxError}, 'a fault at no address');
});

test('an SMMUv3 aborts in the words of QEMU 7.2 and of 10.0', (t) => {
  for (const words of ['STE abort iova:', 'abort on iova:']) {
    t.deepEqual(
      parseTrace(
        `smmuv3_translate_abort smmuv3-iommu-memory-region-8-0 sid=0x18 ${words}0xffffe000 is_write=0`,
      ),
      [{kind: 'iommu-fault', requester: 0x18, address: 0xffffe000}],
    );
  }
});
