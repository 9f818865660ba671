// SPDX-License-Identifier: MIT
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {UsageError} from '../base/errors.ts';
import {sha256} from '../base/hash.ts';
import {displayPath} from '../base/paths.ts';
import {type Finished, run} from '../base/process.ts';
import {gitIn} from './git.ts';
import {claimsPatch, isCoverLetter, isMail, subjectIn} from './patch-text.ts';
import {type PatchFile, type Series, withoutPatch} from './series.ts';

/** A single patch, as git takes it out of a mail. */
export interface Patch extends PatchFile {
  /** Where git can read it: it goes with the scratch folder. `file` is the user's. */
  readonly extracted: string;
  /** The subject of its mail, without `[PATCH …]`. */
  readonly subject?: string;
}

/** The patches of a series, and what was left out of it: mails that hold words only. */
export interface Patches {
  readonly patches: readonly Patch[];
  /** Names of files and mails; cover letters are none of them. */
  readonly leftOut: readonly string[];
}

/** Whether git finds a patch in a file, be it a damaged one. */
async function holdsPatch(file: string, folder: string): Promise<boolean> {
  const read = await run('git', ['apply', '--numstat', file], gitIn(folder));
  if (read.exitCode === 0) return read.stdout !== '';
  return !/No valid patches in input|unrecognized input/.test(read.stderr);
}

/** The words of git, without the folder that is gone when they are read. */
function said({stderr}: Finished, folder: string): string {
  return stderr.trim().replaceAll(`${folder}/`, '');
}

/** What one mail holds: a patch; the mail's name if it is words only; undefined if it is a cover letter. */
async function readMail(
  mail: string,
  {from, folder, alone}: {readonly from: PatchFile; readonly folder: string; readonly alone: boolean},
): Promise<Patch | string | undefined> {
  const raw = await readFile(mail);
  const extracted = `${mail}.patch`;
  const info = await run('git', ['mailinfo', '--encoding=UTF-8', `${mail}.message`, extracted], {
    ...gitIn(folder),
    input: raw,
  });
  if (info.exitCode !== 0)
    throw new UsageError(`${displayPath(from.file)}: git cannot read a mail:\n${said(info, folder)}`);
  const subject = /^Subject: (.*)$/m.exec(info.stdout)?.[1];
  if (!(await holdsPatch(extracted, folder))) {
    const whole = subjectIn(raw.toString('utf8'));
    // What is encoded was not seen when the series was read.
    if (whole !== undefined && claimsPatch(whole)) throw withoutPatch(from.file, whole);
    if (isCoverLetter(whole ?? '')) return undefined;
    return alone ? from.name : `${from.name}: ${whole ?? path.basename(mail)}`;
  }
  const bytes = await readFile(extracted);
  const name = alone ? from.name : `${from.name}: ${subject ?? path.basename(mail)}`;
  return {
    ...{name, file: from.file, extracted, bytes, content: bytes.toString('utf8'), sha256: sha256(bytes)},
    ...(subject !== undefined && {subject}),
  };
}

/** All mails of a file: one, or those of a mailbox. */
async function readMails(from: PatchFile, folder: string): Promise<readonly (Patch | string)[]> {
  const mailbox = path.join(folder, 'mailbox');
  await writeFile(mailbox, from.bytes);
  // As `git am` does it: -b takes a file without a line "From …" for one mail.
  const split = await run('git', ['mailsplit', '-d6', '-b', `-o${folder}`, '--', mailbox], gitIn(folder));
  if (split.exitCode !== 0)
    throw new UsageError(
      `${displayPath(from.file)}: git cannot split it into mails:\n${said(split, folder)}`,
    );
  const mails = (await readdir(folder)).filter((name) => /^\d+$/.test(name)).sort();
  const found: (Patch | string)[] = [];
  for (const mail of mails) {
    const one = await readMail(path.join(folder, mail), {from, folder, alone: mails.length === 1});
    if (one !== undefined) found.push(one);
  }
  return found;
}

async function readPlain(from: PatchFile, folder: string): Promise<Patch | string> {
  const extracted = path.join(folder, 'plain.patch');
  await writeFile(extracted, from.bytes);
  return (await holdsPatch(extracted, folder)) ? {...from, extracted} : from.name;
}

/**
 * The patches of a series one by one: mails are split and decoded by git's own tools, as `git am` does.
 * @param scratch a folder to write to, which may exist
 * @throws {UsageError} for a mail that says it is a patch and holds none, and for a series without any
 */
export async function patchesOf(series: Series, scratch: string): Promise<Patches> {
  await mkdir(scratch, {recursive: true});
  const folder = await mkdtemp(path.join(scratch, 'mails-'));
  const found: (Patch | string)[] = [];
  for (const [index, file] of series.files.entries()) {
    const own = path.join(folder, String(index));
    await mkdir(own);
    if (isMail(file.content)) found.push(...(await readMails(file, own)));
    else found.push(await readPlain(file, own));
  }
  const patches = found.filter((one) => typeof one !== 'string');
  const letters = series.letters.filter(({content}) => !isCoverLetter(subjectIn(content) ?? ''));
  const leftOut = [...letters.map(({name}) => name), ...found.filter((one) => typeof one === 'string')];
  if (patches.length > 0) return {patches, leftOut};
  await rm(folder, {recursive: true, force: true});
  throw new UsageError(`${displayPath(series.path)} holds no patch that git can read`);
}
