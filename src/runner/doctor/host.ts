// SPDX-License-Identifier: MIT
import {existsSync, readFileSync} from 'node:fs';
import {statfs} from 'node:fs/promises';
import {arch, availableParallelism} from 'node:os';
import path from 'node:path';
import {availableMemory} from '../../base/memory.ts';
import {cacheRoot, displayPath, stateRoot} from '../../base/paths.ts';
import {roundBytes} from '../../base/bytes.ts';
import {unpackedSources} from '../../build/unpacked-sources.ts';
import type {Finding} from './finding.ts';

/** A kernel's source, its objects and what is kept of it, in bytes; without the source that is there already. */
const spaceForSource = 5 * 2 ** 30;
const spaceForRuns = 2 ** 30;

/** A guest of the lab's topologies has 256 MiB or a little more; make wants the rest. */
const memoryNeeded = 1.5 * 2 ** 30;

/** The system, its Node, processors, memory and disks. */
export async function hostFindings(): Promise<readonly Finding[]> {
  const needed = unpackedSources().length === 0 ? spaceForSource : spaceForRuns;
  return [
    system(),
    {name: 'Node', state: 'ok', detail: process.version},
    processors(),
    memory(),
    await disk('cache', cacheRoot, needed),
    await disk('results', stateRoot, spaceForRuns),
  ];
}

function system(): Finding {
  const name = 'system';
  const file = '/etc/os-release';
  const release = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(release)?.[1];
  const title = value('PRETTY_NAME') ?? `${process.platform}, which does not say what it is`;
  if (value('ID') === 'debian' && ['12', '13'].includes(value('VERSION_ID') ?? '')) {
    return {name, state: 'ok', detail: title};
  }
  const cost = './setup can install nothing here: the lab is made for Debian 12 and 13';
  return {name, state: 'note', detail: title, cost, mend: 'install what is missing by hand, or use Debian'};
}

function processors(): Finding {
  const count = availableParallelism();
  const detail = `${count} for us, ${arch()}`;
  if (process.arch === 'x64') return {name: 'processors', state: 'ok', detail};
  const cost = 'the lab compiles kernels for x86_64 with the compiler of an x86_64 machine';
  return {name: 'processors', state: 'missing', detail, cost, mend: 'use an x86_64 machine'};
}

function memory(): Finding {
  const free = availableMemory();
  const finding = {name: 'memory', detail: `${roundBytes(free)} available`} as const;
  if (free >= memoryNeeded) return {...finding, state: 'ok'};
  return {
    ...finding,
    state: 'note',
    cost: 'a guest or a compiler may be killed',
    mend: 'end what else uses it',
  };
}

async function disk(name: string, folder: string, needed: number): Promise<Finding> {
  let existing = folder;
  while (!existsSync(existing)) existing = path.dirname(existing);
  const {bavail, bsize} = await statfs(existing);
  const free = bavail * bsize;
  const detail = `${displayPath(folder)}, ${roundBytes(free)} free`;
  if (free >= needed) return {name, state: 'ok', detail};
  const cost = `${roundBytes(needed)} are needed`;
  return {name, state: 'missing', detail, cost, mend: 'p2plab kernel gc'};
}
