// SPDX-License-Identifier: MIT
import {open} from 'node:fs/promises';

/** Bytes of a sector that says what it is; images/guest/sector.c has the same rule. */
export const sectorBytes = 512;

const magic = 0x5332_5032;
const golden = 0x9e37_79b9;

/** What a sector holds: that which was first written as `sector` of the drive with this number. */
export interface SectorId {
  readonly drive: number;
  readonly sector: number;
  readonly generation: number;
}

/** The 32-bit finalizer of MurmurHash3. */
function mix(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85eb_ca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Writes a sector's bytes, as many as there is room for. */
export function fillSector(data: Buffer, {drive, sector, generation}: SectorId): void {
  const seed = mix(drive ^ mix(sector ^ mix(generation ^ magic)));
  const header = [magic, drive, sector, generation];
  const whole = Buffer.alloc(sectorBytes);
  for (let index = 0; index < sectorBytes / 4; index++) {
    whole.writeUInt32LE(header[index] ?? mix((seed + Math.imul(index, golden)) | 0), 4 * index);
  }
  whole.copy(data);
}

/** What a drive holds before anything is driven: every sector of generation 0. */
export function freshSectors(drive: number, count: number): Buffer {
  const data = Buffer.alloc(count * sectorBytes);
  for (let sector = 0; sector < count; sector++) {
    fillSector(data.subarray(sector * sectorBytes, (sector + 1) * sectorBytes), {
      drive,
      sector,
      generation: 0,
    });
  }
  return data;
}

/** What bytes say that they are; undefined if they are not the beginning of that, to the last of them. */
export function identify(data: Buffer): SectorId | undefined {
  if (data.length < 16 || data.length > sectorBytes || data.readUInt32LE(0) !== magic) return undefined;
  const id = {
    drive: data.readUInt32LE(4),
    sector: data.readUInt32LE(8),
    generation: data.readUInt32LE(12),
  };
  const wanted = Buffer.alloc(data.length);
  fillSector(wanted, id);
  return wanted.equals(data) ? id : undefined;
}

/** Sectors that have one digest together (DIGEST_SECTORS in images/guest/stress.c). */
export const digestSectors = 256;

/** What an image holds: sectors that are none, and a digest of what the others say that they are. */
export interface Held {
  /** The first sector that is torn or foreign, if there is one, and how many there are. */
  readonly broken: {readonly first: number; readonly count: number} | undefined;
  readonly digests: readonly number[];
}

/** Reads the first `count` sectors of an image, all of their bytes. */
export async function readSectors(file: string, count: number): Promise<Held> {
  const handle = await open(file, 'r');
  try {
    const digests: number[] = [];
    const broken: number[] = [];
    const data = Buffer.alloc(digestSectors * sectorBytes);
    for (let start = 0; start < count; start += digestSectors) {
      const here = Math.min(digestSectors, count - start);
      await handle.read(data, 0, here * sectorBytes, start * sectorBytes);
      let digest = 0;
      for (let index = 0; index < here; index++) {
        const id = identify(data.subarray(index * sectorBytes, (index + 1) * sectorBytes));
        if (id === undefined) broken.push(start + index);
        else digest = mix(mix(mix(digest ^ id.drive) ^ id.sector) ^ id.generation);
      }
      digests.push(digest);
    }
    const first = broken[0];
    return {broken: first === undefined ? undefined : {first, count: broken.length}, digests};
  } finally {
    await handle.close();
  }
}
