// SPDX-License-Identifier: MIT
// Folders that end with the process that made them. A lab that is killed cannot remove them: the next one does.
import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync, readlinkSync} from 'node:fs';
import {mkdir, readdir, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {stateRoot} from './paths.ts';
import {readNote, writeNote} from './store.ts';

/** A note for each such folder, written before it is made and removed after it. */
const notes = path.join(stateRoot, 'owned');

/** A process, told apart from a later one with its number. */
const ownerSchema = z.object({
  pid: z.number(),
  /** When it started, in clock ticks since the machine did. */
  started: z.string(),
  /** The run of the machine, and the namespace, in which that number means this process. */
  boot: z.string(),
  namespace: z.string(),
});
type Owner = z.output<typeof ownerSchema>;

const noteSchema = z.object({
  owner: ownerSchema,
  folder: z.string().refine((name) => path.isAbsolute(name)),
  /** A file that is there once the folder is finished: then it stays. */
  finishedBy: z.string().optional(),
});

/** How long the folder of a process that cannot be asked for stays, in milliseconds: it is another container's. */
const foreignGrace = 7 * 24 * 3600 * 1000;

/** A note that was being written when its lab was killed, in milliseconds. */
const partialGrace = 3600 * 1000;

/** Field 22 of /proc/PID/stat; what comes before the last bracket may hold anything. */
function startOf(pid: number | 'self'): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

let known: Owner | undefined;

function thisProcess(): Owner {
  known ??= {
    pid: process.pid,
    started: startOf('self') ?? '',
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    namespace: readlinkSync('/proc/self/ns/pid'),
  };
  return known;
}

function isDead({pid, started, boot, namespace}: Owner, age: number): boolean {
  const here = thisProcess();
  if (boot !== here.boot || namespace !== here.namespace) return age > foreignGrace;
  return startOf(pid) !== started;
}

/**
 * Notes that a folder, which is about to be made, is this process's.
 * @param finishedBy a file in it whose presence says that it is finished, and stays
 * @returns removes the note, when the folder is finished or removed
 */
export async function own(folder: string, finishedBy?: string): Promise<() => Promise<void>> {
  const note = path.join(notes, randomBytes(8).toString('hex'));
  await writeNote(note, {
    owner: thisProcess(),
    folder: path.resolve(folder),
    ...(finishedBy !== undefined && {finishedBy}),
  });
  return () => rm(note, {force: true});
}

/**
 * Removes the unfinished folders of processes that are gone.
 * @returns those folders
 */
export async function removeOrphans(): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await readdir(notes).catch(() => [])) {
    const file = path.join(notes, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) continue;
    const age = Date.now() - found.mtimeMs;
    const note = readNote(file, noteSchema);
    if (note === undefined ? age < partialGrace : !isDead(note.owner, age)) continue;
    if (note !== undefined) {
      const {folder, finishedBy} = note;
      const finished = finishedBy !== undefined && existsSync(path.join(folder, finishedBy));
      if (!finished && existsSync(folder)) {
        await rm(folder, {recursive: true, force: true, maxRetries: 3});
        removed.push(folder);
      }
    }
    // The note goes last: whoever is killed here leaves it to the next.
    await rm(file, {force: true});
  }
  return removed;
}

const scratches = new Map<string, () => Promise<void>>();

/**
 * Makes a new folder, as mkdtemp does, that the next lab removes if this process is killed.
 * @param prefix an absolute path, to which some letters are added
 */
export async function makeScratch(prefix: string): Promise<string> {
  const folder = `${prefix}${randomBytes(6).toString('hex')}`;
  scratches.set(folder, await own(folder));
  await mkdir(folder, {recursive: true, mode: 0o700});
  return folder;
}

/** Removes a folder that {@link makeScratch} made. */
export async function removeScratch(folder: string): Promise<void> {
  await rm(folder, {recursive: true, force: true});
  await scratches.get(folder)?.();
  scratches.delete(folder);
}
