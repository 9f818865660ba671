// SPDX-License-Identifier: MIT

/** A path in the archive, without a leading slash, and what it is. `mode` holds the permissions only. */
export type Entry =
  | {readonly kind: 'directory'; readonly path: string; readonly mode: number}
  | {readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: Uint8Array}
  | {readonly kind: 'link'; readonly path: string; readonly target: string}
  | {
      readonly kind: 'character-device';
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

/** The file type bits of st_mode. */
const typeBits = {directory: 0o040000, file: 0o100000, link: 0o120000, 'character-device': 0o020000} as const;

const encoder = new TextEncoder();

/** Header and data are each filled up to a multiple of four bytes. */
function padded(length: number): number {
  return (length + 3) & ~3;
}

function header(name: Uint8Array, size: number, inode: number, entry: Entry | undefined): string {
  const mode =
    entry === undefined ? 0 : typeBits[entry.kind] | (entry.kind === 'link' ? 0o777 : entry.mode & 0o7777);
  const device = entry?.kind === 'character-device' ? [entry.major, entry.minor] : [0, 0];
  const links = entry?.kind === 'directory' ? 2 : 1;
  // c_ino … c_check, in the order of Documentation/driver-api/early-userspace/buffer-format.rst.
  const fields = [inode, mode, 0, 0, links, 0, size, 0, 0, ...device, name.length + 1, 0];
  return `070701${fields.map((field) => field.toString(16).toUpperCase().padStart(8, '0')).join('')}`;
}

function dataOf(entry: Entry): Uint8Array {
  if (entry.kind === 'file') return entry.content;
  return entry.kind === 'link' ? encoder.encode(entry.target) : new Uint8Array();
}

/**
 * A cpio archive in the "newc" format that the kernel unpacks as its first root file system
 * (init/initramfs.c). Everything belongs to root and is of time 0, so that the same entries make the same
 * bytes. Folders must come before what is in them: the kernel makes none by itself.
 */
export function cpioArchive(entries: readonly Entry[]): Uint8Array {
  const members = entries.map((entry, index) => {
    const name = encoder.encode(entry.path);
    const data = dataOf(entry);
    return {name, data, header: header(name, data.length, index + 1, entry)};
  });
  const trailer = encoder.encode('TRAILER!!!');
  members.push({name: trailer, data: new Uint8Array(), header: header(trailer, 0, 0, undefined)});
  const lengths = members.map(({name, data}) => padded(110 + name.length + 1) + padded(data.length));
  const archive = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let offset = 0;
  for (const member of members) {
    archive.set(encoder.encode(member.header), offset);
    archive.set(member.name, offset + 110);
    offset += padded(110 + member.name.length + 1);
    archive.set(member.data, offset);
    offset += padded(member.data.length);
  }
  return archive;
}
