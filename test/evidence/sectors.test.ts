// SPDX-License-Identifier: MIT
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {fillSector, freshSectors, identify, readSectors, sectorBytes} from '../../src/evidence/sectors.ts';

const id = {drive: 1, sector: 77, generation: 3};

function sector(): Buffer {
  const data = Buffer.alloc(sectorBytes);
  fillSector(data, id);
  return data;
}

test('a sector says what it is, also when only its beginning is there', (t) => {
  t.deepEqual(identify(sector()), id);
  t.deepEqual(identify(sector().subarray(0, 100)), id);
  t.is(identify(sector().subarray(0, 12)), undefined);
});

test('one wrong bit anywhere shows', (t) => {
  for (let bit = 0; bit < sectorBytes * 8; bit += 61) {
    const data = sector();
    data[bit >> 3] = (data[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    t.notDeepEqual(identify(data), id, String(bit));
  }
});

// The guest's tool has the same rule in C: these are the words that it writes.
test('the words are those of the guest', (t) => {
  t.is(sector().readUInt32LE(0), 0x53325032);
  t.is(sector().readUInt32LE(16), 0x1ddf87d5);
  t.is(sector().readUInt32LE(508), 0x48096efe);
});

test('an image: what is torn, and the digest of what it says', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'p2plab-sectors-'));
  t.teardown(() => {
    rmSync(folder, {recursive: true, force: true});
  });
  const file = path.join(folder, 'image');
  const data = freshSectors(0, 300);
  writeFileSync(file, data);
  const fresh = await readSectors(file, 300);
  t.is(fresh.broken, undefined);
  t.is(fresh.digests.length, 2);

  fillSector(data.subarray(299 * sectorBytes), {drive: 0, sector: 299, generation: 5});
  writeFileSync(file, data);
  const newer = await readSectors(file, 300);
  t.is(newer.broken, undefined);
  t.is(newer.digests[0], fresh.digests[0]);
  t.not(newer.digests[1], fresh.digests[1], 'a sector of another generation shows');

  data.fill(0, 3 * sectorBytes + 500, 3 * sectorBytes + 501 + sectorBytes);
  writeFileSync(file, data);
  t.deepEqual((await readSectors(file, 300)).broken, {first: 3, count: 2});
});
