// SPDX-License-Identifier: MIT
import {diskOf} from '../devices/roles.ts';
import {mkdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {sha256} from '../base/hash.ts';
import {createImage, imageDifference, pattern} from '../evidence/disk-image.ts';
import type {ExpectedDisks} from '../steps/observed.ts';
import {verbOf} from '../steps/registry.ts';
import type {ScenarioSpec} from './scenario-file.ts';
import {endpointsOf, type Topology} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';

/** Bytes at the beginning of each disk, by its device's id, before anything is driven. */
export type DiskHeads = ReadonlyMap<string, Buffer>;

/** What each disk that a scenario reads from begins with: what a step asks for, else a pattern. */
export function planHeads(topology: Topology, scenario: ScenarioSpec): DiskHeads {
  const wanted = scenario.steps.flatMap((step) => verbOf(step).heads?.(step.options, topology) ?? []);
  const own = wanted.filter(({content}) => content !== undefined);
  const heads = new Map<string, Buffer>();
  // Any content of the same length serves a step that takes a pattern.
  for (const {drive, bytes, content} of [...own, ...wanted.filter((head) => !own.includes(head))]) {
    if ((heads.get(drive)?.length ?? 0) >= bytes) continue;
    heads.set(drive, content?.() ?? pattern(`${topology.name}/${drive}`, bytes));
  }
  return heads;
}

/** A topology's disks: the image files, and what each of them must hold by now. */
export class Disks implements ExpectedDisks {
  readonly files: Readonly<Record<string, string>>;
  readonly #expected = new Map<string, Buffer>();
  readonly #sizes = new Map<string, number>();

  constructor(topology: Topology, folder: string, heads: DiskHeads) {
    const drives = endpointsOf(topology).filter((node) => diskOf(node) !== undefined);
    this.files = Object.fromEntries(drives.map(({id}) => [id, path.join(folder, `${id}.img`)]));
    for (const drive of drives) {
      this.#sizes.set(drive.id, diskOf(drive) ?? 0);
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
