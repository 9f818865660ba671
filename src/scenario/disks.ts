// SPDX-License-Identifier: MIT
import {mkdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {sha256} from '../base/hash.ts';
import {createImage, imageDifference, pattern} from '../evidence/image.ts';
import type {ScenarioSpec} from '../spec/scenario.ts';
import {freshSectors, sectorBytes} from '../evidence/sectors.ts';
import {endpointsOf, nodeOf, type Topology} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';
import {testPicture} from './picture.ts';

/** Bytes at the beginning of each disk, by its device's id, before anything is driven. */
export type DiskHeads = ReadonlyMap<string, Buffer>;

/** What each disk that a scenario reads from begins with: a picture where it is blitted, else a pattern. */
export function planHeads(topology: Topology, scenario: ScenarioSpec): DiskHeads {
  const heads = new Map<string, Buffer>();
  const give = (id: string, data: () => Buffer, bytes: number): void => {
    if ((heads.get(id)?.length ?? 0) < bytes) heads.set(id, data());
  };
  for (const {verb, options} of scenario.steps) {
    if (verb === 'blit') {
      const {from, width, height} = options;
      give(from, () => testPicture(width, height), width * height * 4);
    }
  }
  for (const {verb, options} of scenario.steps) {
    if (verb !== 'stress') continue;
    for (const [index, id] of options.drives.entries()) {
      const sectors = diskBytes(topology, id) / sectorBytes;
      give(id, () => freshSectors(index, sectors), sectors * sectorBytes);
    }
  }
  for (const {verb, options} of scenario.steps) {
    if (verb === 'io' && options.from !== undefined) {
      const {from, fromOffset, iovec, overrun} = options;
      const bytes = iovec.reduce((sum, part) => sum + part.bytes, fromOffset + overrun);
      give(from, () => pattern(`${topology.name}/${from}`, bytes), bytes);
    }
    if (verb !== 'copy' && verb !== 'transmit' && verb !== 'dma') continue;
    const bytes = options.bytes + (verb === 'transmit' ? 0 : options.fromOffset);
    give(options.from, () => pattern(`${topology.name}/${options.from}`, bytes), bytes);
  }
  return heads;
}

function diskBytes(topology: Topology, id: string): number {
  const node = nodeOf(topology, id);
  return node.type === 'nvme' ? (node.disk ?? 0) : 0;
}

/** A topology's disks: the image files, and what each of them must hold by now. */
export class Disks {
  readonly files: Readonly<Record<string, string>>;
  readonly #expected = new Map<string, Buffer>();
  readonly #sizes = new Map<string, number>();

  constructor(topology: Topology, folder: string, heads: DiskHeads) {
    const drives = endpointsOf(topology).filter((node) => node.type === 'nvme' && node.disk !== undefined);
    this.files = Object.fromEntries(drives.map(({id}) => [id, path.join(folder, `${id}.img`)]));
    for (const drive of drives) {
      if (drive.type !== 'nvme' || drive.disk === undefined) continue;
      this.#sizes.set(drive.id, drive.disk);
      this.#expected.set(drive.id, Buffer.from(heads.get(drive.id) ?? Buffer.alloc(0)));
    }
  }

  /** Writes the images, as they are before anything is driven. */
  async create(): Promise<void> {
    await Promise.all(
      Object.entries(this.files).map(async ([id, file]) => {
        await mkdir(path.dirname(file), {recursive: true});
        await createImage(file, this.#sizes.get(id) ?? 0, this.content(id));
      }),
    );
  }

  /** What stands for the whole content of a disk as it must be: the same for the same bytes. */
  contentId(id: string): string {
    return `${this.#sizes.get(id) ?? 0} ${sha256(this.content(id))}`;
  }

  /** What a disk must begin with; all after it must be zero. */
  content(id: string): Buffer {
    const content = this.#expected.get(id);
    if (content === undefined) throw new TypeError(`${id} has no disk`);
    return content;
  }

  /** What a disk must hold from `offset` on. */
  read(id: string, offset: number, bytes: number): Buffer {
    const data = Buffer.alloc(bytes);
    this.content(id).copy(data, 0, offset, offset + bytes);
    return data;
  }

  /** Notes that a step writes `data` to a disk. */
  write(id: string, offset: number, data: Uint8Array): void {
    const old = this.content(id);
    const content = Buffer.alloc(Math.max(old.length, offset + data.length));
    old.copy(content);
    content.set(data, offset);
    this.#expected.set(id, content);
  }

  /** Takes what the images hold for what they must hold, once it has been told what is wrong with it. */
  async adopt(): Promise<void> {
    for (const [id, file] of Object.entries(this.files)) this.#expected.set(id, await readFile(file));
  }

  /** Compares each image with what it must hold, the whole of it. */
  async check(): Promise<readonly Check[]> {
    return Promise.all(
      Object.entries(this.files).map(async ([id, file]): Promise<Check> => {
        const found = await imageDifference(file, this.content(id), this.#sizes.get(id) ?? 0);
        return check(
          'disk',
          found === undefined,
          'host',
          found === undefined
            ? {code: 'disk-matches', subject: id, parameters: {}}
            : {code: 'disk-differs', subject: id, parameters: found},
        );
      }),
    );
  }
}
