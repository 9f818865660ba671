// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir, readFile, readdir, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import {BuildError, UsageError} from '../base/errors.ts';
import {contentKey, sha256} from '../base/hash.ts';
import {displayPath} from '../base/paths.ts';
import {output} from '../base/process.ts';

/** One patch file, or one mailbox with several patches. */
export interface PatchFile {
  readonly name: string;
  readonly file: string;
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
  /** Stands for what all its patches hold. */
  readonly key: string;
}

/** The patches of a folder: as its `series` file lists them (quilt), else by number, without the cover letter. */
async function patchNames(folder: string): Promise<readonly string[]> {
  const list = path.join(folder, 'series');
  if (existsSync(list)) {
    const lines = (await readFile(list, 'utf8'))
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim());
    const options = lines.find((line) => /\s-(?!p1$)/.test(line));
    if (options !== undefined) throw new BuildError(`${displayPath(list)}: no options but -p1: "${options}"`);
    return lines.filter((line) => line !== '').map((line) => line.replace(/\s+-p1$/, ''));
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith('.patch') && !/^0+-/.test(name));
  const byNumber = new Intl.Collator('en', {numeric: true});
  return names.sort((a, b) => byNumber.compare(a, b));
}

async function readPatchFile(file: string): Promise<PatchFile> {
  const bytes = await readFile(file);
  return {name: path.basename(file), file, content: bytes.toString('utf8'), sha256: sha256(bytes)};
}

/**
 * Reads a series: a folder of `*.patch`, one `.patch`, or a mailbox (`b4 am`).
 * @throws {UsageError} when it does not exist or holds no patch
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
  const files = await Promise.all(names.map(readPatchFile));
  if (!files.some(({content}) => /^(diff --git |--- )/m.test(content))) {
    throw new UsageError(`${displayPath(given)} holds no patch`, {
      hint: 'a series is a folder of *.patch files, one patch, or a mailbox',
    });
  }
  return {path: given, name: path.basename(given), files, key: contentKey(files.map((file) => file.sha256))};
}

/** Whether a file is a mailbox of several mails, as `git mailsplit` sees it. */
function isMailbox({content}: PatchFile): boolean {
  return (
    (content.match(/^From \S+ .*\d{4}$/gm) ?? []).length > 1 ||
    /^Subject:.*\n(.+\n)*Content-Transfer-Encoding: (base64|quoted-printable)/im.test(content)
  );
}

/**
 * The patches of a series one by one. A mailbox is split, and its mails decoded.
 * @param scratch a folder to write to, which may exist
 */
export async function patchesOf(series: Series, scratch: string): Promise<readonly PatchFile[]> {
  const patches: PatchFile[] = [];
  for (const [index, file] of series.files.entries()) {
    if (isMailbox(file)) patches.push(...(await splitMailbox(file, path.join(scratch, String(index)))));
    else patches.push(file);
  }
  return patches;
}

async function splitMailbox(mailbox: PatchFile, scratch: string): Promise<readonly PatchFile[]> {
  await rm(scratch, {recursive: true, force: true});
  await mkdir(scratch, {recursive: true});
  await output('git', ['mailsplit', `-o${scratch}`, mailbox.file]);
  const patches: PatchFile[] = [];
  for (const mail of (await readdir(scratch)).sort()) {
    const file = path.join(scratch, `${mail}.patch`);
    const header = await output('git', ['mailinfo', path.join(scratch, `${mail}.message`), file], {
      input: await readFile(path.join(scratch, mail)),
    });
    const subject = /^Subject: (.*)$/m.exec(header)?.[1] ?? mail;
    const content = await readFile(file, 'utf8');
    if (!/^diff --git |^--- /m.test(content)) continue; // the cover letter
    patches.push({name: `${mailbox.name}: ${subject}`, file, content, sha256: sha256(content)});
  }
  return patches;
}
