// SPDX-License-Identifier: MIT
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {pcapSince, readPcap, testFrames} from '../../src/evidence/pcap.ts';

/** A file as QEMU's filter-dump writes it: net/dump.c. */
function pcap(frames: readonly Uint8Array[], linkType = 1): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2_c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_536, 16);
  header.writeUInt32LE(linkType, 20);
  const records = frames.map((frame) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([header, ...records]);
}

testProp('the frames that were written are read', [fc.array(fc.uint8Array({maxLength: 90}))], (t, frames) => {
  t.deepEqual(
    readPcap(pcap(frames)).map((frame) => [...frame]),
    frames.map((frame) => [...frame]),
  );
});

testProp(
  'from a mark on there are only the frames that came after it',
  [fc.array(fc.uint8Array({maxLength: 90})), fc.array(fc.uint8Array({maxLength: 90}))],
  (t, before, after) => {
    const since = pcapSince(pcap([...before, ...after]), pcap(before).length);
    t.deepEqual(
      readPcap(since).map((frame) => [...frame]),
      after.map((frame) => [...frame]),
    );
    t.is(readPcap(pcapSince(pcap(after), 0)).length, after.length);
  },
);

testProp(
  'a file that is cut off within a frame is no shorter file, but an error',
  [fc.array(fc.uint8Array({minLength: 1, maxLength: 90}), {minLength: 1}), fc.nat()],
  (t, frames, cut) => {
    const last = 16 + (frames.at(-1)?.length ?? 0);
    const whole = pcap(frames);
    t.throws(() => readPcap(whole.subarray(0, whole.length - 1 - (cut % (last - 1)))), {
      instanceOf: SyntaxError,
    });
  },
);

test('another kind of file is an error', (t) => {
  t.throws(() => readPcap(Buffer.alloc(0)), {instanceOf: SyntaxError});
  t.throws(() => readPcap(Buffer.alloc(100)), {instanceOf: SyntaxError});
  t.throws(() => readPcap(pcap([], 113)), {instanceOf: SyntaxError, message: /not of Ethernet/});
});

test("of all frames only the guest tool's count; padding is no payload", (t) => {
  const ours = Buffer.alloc(60);
  ours.writeUInt16BE(0x88b5, 12);
  ours.writeUInt32BE(7, 14);
  ours.write('pay', 18);
  const arp = Buffer.alloc(60);
  arp.writeUInt16BE(0x0806, 12);
  t.deepEqual(testFrames([arp, ours, Buffer.alloc(10)], 3), [{sequence: 7, payload: Buffer.from('pay')}]);
});
