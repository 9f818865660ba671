// SPDX-License-Identifier: MIT

const magic = 0xa1b2c3d4;
const headerBytes = 24;
const recordBytes = 16;
const linkTypeEthernet = 1;

/**
 * The frames in a pcap file as QEMU's filter-dump writes it (net/dump.c): version 2.4 in the host's order.
 * @throws SyntaxError when it is cut off or of another kind
 */
export function readPcap(file: Buffer): readonly Buffer[] {
  if (file.length < headerBytes || file.readUInt32LE(0) !== magic)
    throw new SyntaxError('this is no pcap file');
  if (file.readUInt32LE(20) !== linkTypeEthernet) throw new SyntaxError('this pcap file is not of Ethernet');
  const frames: Buffer[] = [];
  let at = headerBytes;
  while (at < file.length) {
    const captured = at + recordBytes <= file.length ? file.readUInt32LE(at + 8) : Infinity;
    if (at + recordBytes + captured > file.length) throw new SyntaxError('this pcap file is cut off');
    frames.push(file.subarray(at + recordBytes, at + recordBytes + captured));
    at += recordBytes + captured;
  }
  return frames;
}

/** The same recording with nothing of its first `mark` bytes but the file's header. */
export function pcapSince(file: Buffer, mark: number): Buffer {
  return Buffer.concat([file.subarray(0, headerBytes), file.subarray(Math.max(mark, headerBytes))]);
}

/** The EtherType of the guest tool's frames: IEEE 802 local experimental 1. */
const etherType = 0x88b5;

/** A frame of the guest tool's `transmit`. */
export interface TestFrame {
  readonly sequence: number;
  readonly payload: Buffer;
}

/** The guest tool's frames among these: Ethernet header, a sequence number (big endian), the payload. */
export function testFrames(frames: readonly Buffer[], payloadBytes: number): readonly TestFrame[] {
  return frames
    .filter((frame) => frame.length >= 18 && frame.readUInt16BE(12) === etherType)
    .map((frame) => ({sequence: frame.readUInt32BE(14), payload: frame.subarray(18, 18 + payloadBytes)}));
}
