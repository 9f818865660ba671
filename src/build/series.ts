// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {readFile, readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import {BuildError, messageOf, UsageError} from '../base/errors.ts';
import {contentKey, sha256} from '../base/hash.ts';
import {displayPath} from '../base/paths.ts';
import {mayHoldPatch, numberedWithoutPatch} from './patch-text.ts';

/** One file of patches: a patch, a mail, or a mailbox. */
export interface PatchFile {
  readonly name: string;
  readonly file: string;
  /** What it holds, unpacked. */
  readonly bytes: Buffer;
  /** The same as text. */
  readonly content: string;
  readonly sha256: string;
}

/** A series of patches in the order of their application. */
export interface Series {
  /** As the user named it. */
  readonly path: string;
  /** For a person: the folder's or the file's name. */
  readonly name: string;
  readonly files: readonly PatchFile[];
  /** Files beside them that hold words and no patch: cover letters. */
  readonly letters: readonly PatchFile[];
  /** Stands for what all its patches hold. */
  readonly key: string;
}

/** What may follow the name of a patch, a mail or a mailbox. */
const patchName = /\.(patch|diff|mbx|mbox|eml)(\.gz)?$/;

/** As `git format-patch` numbers its files, whatever they are to end with. */
const numbered = /^(v[\w.]+-)?\d{4}-[^/]*(?<!~|\.orig|\.rej|\.bak)$/;

/** The files of a folder: as its `series` file lists them (quilt), those of a Maildir, else all patches by number. */
async function patchNames(folder: string): Promise<readonly string[]> {
  const list = path.join(folder, 'series');
  if (existsSync(list)) {
    const lines = (await readFile(list, 'utf8'))
      .split(/\r?\n/)
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim());
    const options = lines.find((line) => /\s-(?!p1$)/.test(line));
    if (options !== undefined) throw new BuildError(`${displayPath(list)}: no options but -p1: "${options}"`);
    return lines.filter((line) => line !== '').map((line) => line.replace(/\s+-p1$/, ''));
  }
  const byNumber = new Intl.Collator('en', {numeric: true});
  const below = async (part: string): Promise<readonly string[]> => {
    const entries = await readdir(path.join(folder, part), {withFileTypes: true});
    const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
    return files.map(({name}) => path.join(part, name)).sort((a, b) => byNumber.compare(a, b));
  };
  if (existsSync(path.join(folder, 'cur')) && existsSync(path.join(folder, 'new')))
    return [...(await below('cur')), ...(await below('new'))];
  return (await below('')).filter((name) => patchName.test(name) || numbered.test(name));
}

/** More than any mailbox holds: what is packed can be of any size. */
const maxBytes = 512 * 1024 * 1024;

async function readPatchFile(file: string): Promise<PatchFile> {
  let bytes = await readFile(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes, {maxOutputLength: maxBytes});
    } catch (error) {
      throw new UsageError(`${displayPath(file)} cannot be unpacked: ${messageOf(error)}`);
    }
  }
  // A byte order mark, which git's tools take for a part of the first word.
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
  return {name: path.basename(file), file, bytes, content: bytes.toString('utf8'), sha256: sha256(bytes)};
}

/**
 * Reads a series: a folder of patches or mails, one of them, or a mailbox (`b4 am`), also packed by gzip.
 * @throws {UsageError} when it does not exist or holds no patch, or a file says that it is a patch and holds none
 */
export async function readSeries(given: string): Promise<Series> {
  const found = await stat(given).catch(() => undefined);
  if (found === undefined) throw new UsageError(`there is no series ${displayPath(given)}`);
  const names = found.isDirectory()
    ? (await patchNames(given)).map((name) => path.join(given, name))
    : [given];
  const missing = names.find((name) => !existsSync(name));
  if (missing !== undefined) {
    throw new UsageError(
      `${displayPath(path.join(given, 'series'))} lists ${path.basename(missing)}: no such file`,
    );
  }
  const all = await Promise.all(names.map(readPatchFile));
  const files = all.filter(({content}) => mayHoldPatch(content));
  const letters = all.filter((file) => !files.includes(file));
  for (const {file, content} of letters) {
    const subject = numberedWithoutPatch(content);
    if (subject !== undefined) throw withoutPatch(file, subject);
  }
  if (files.length === 0) {
    throw new UsageError(`${displayPath(given)} holds no patch`, {
      hint: 'a series is a folder of *.patch files, one patch, or a mailbox',
    });
  }
  const key = contentKey(files.map((file) => file.sha256));
  return {path: given, name: path.basename(given), files, letters, key};
}

/** The error for a mail that is one of a series' patches by its subject, and has none in it. */
export function withoutPatch(file: string, subject: string): UsageError {
  return new UsageError(`${displayPath(file)}: "${subject}" has no patch in it`, {
    hint: 'save the mail anew as its sender has sent it; delete it if it is no part of the series',
  });
}
