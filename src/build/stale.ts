// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {type Change, pendingChanges, settleChanges} from './changes.ts';
import {holdsFile} from './overlay.ts';

/** What no compilation reads, whatever becomes of it. */
const unread =
  /^(Documentation|LICENSES|tools\/testing|tools\/perf)\/|^(MAINTAINERS|CREDITS|COPYING|README)$|(^|\/)\.(gitignore|mailmap|editorconfig|clang-format|get_maintainer\.ignore|cocciconfig|gitattributes)$/;

/** Sources: make knows from which of them an object is, and compares times. */
const code = /\.(c|h|S|dts|dtsi)$/;

/** Folders whose rules make files in them alone. */
const local = /^(drivers|sound|fs|net|block|crypto|mm|io_uring|virt|samples|ipc)\//;

/** All of a folder of objects. */
const everything = '.';

/** What has happened to a name since the objects were compiled, in one word. */
function netChange(first: Change, there: boolean): Change | undefined {
  if (first === 'link') return 'link';
  const wasThere = first !== 'came';
  if (wasThere === there) return wasThere ? 'content' : undefined;
  return there ? 'came' : 'went';
}

/** The folder in which nothing that was made can be trusted after a change; undefined if it is a matter of single files. */
function scopeOf(name: string, change: Change): string | undefined {
  if (unread.test(name)) return undefined;
  const isCode = code.test(name);
  const base = path.basename(name);
  // Another configuration comes of it; see configurationChanged.
  if (base.startsWith('Kconfig') && change === 'content') return undefined;
  if (isCode && change === 'content') return undefined;
  if (/^(scripts|tools)\//.test(name)) return everything;
  if (isCode) {
    // What an architecture does not have itself is generated.
    const [generated] = /^arch\/[^/]+\/include\//.exec(name) ?? [];
    return generated === undefined ? undefined : path.join(generated, 'generated');
  }
  if (local.test(name)) return path.dirname(name);
  return everything;
}

/** The words by which a record of make names a file. */
interface Mentions {
  /** Paths from the tree's root on, of which an object is of no use if it was made from one. */
  readonly paths: readonly string[];
  /** Names of files that may now be found in another folder than before. */
  readonly names: readonly string[];
  /** Whether a header came: what asked for headers that were not there may find one. */
  readonly header: boolean;
}

/** What make's record (.NAME.cmd) says of the file NAME beside it. */
interface Record {
  readonly target: string;
  readonly text: string;
}

async function recordsBelow(objects: string): Promise<readonly Record[]> {
  const entries = await readdir(objects, {recursive: true, withFileTypes: true});
  const records: Record[] = [];
  for (const entry of entries) {
    const [, name] = /^\.(.+)\.cmd$/.exec(entry.name) ?? [];
    if (name === undefined || !entry.isFile()) continue;
    const text = await readFile(path.join(entry.parentPath, entry.name), 'utf8');
    records.push({target: path.join(entry.parentPath, name), text});
  }
  return records;
}

/** Whether what a record says the target was compiled from is there still: a link may lead nowhere. */
function sourceIsThere(objects: string, text: string): boolean {
  const source = /^source_\S+ := (\S+)$/m.exec(text)?.[1];
  return source === undefined || existsSync(path.resolve(objects, source));
}

/** Of the files that records name, those that ask whether a header is there: make does not know of the ones that are not. */
async function askingFiles(records: readonly Record[], tree: string): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const {text} of records)
    for (const word of text.split(/[\s\\]+/))
      if (word.startsWith(`${tree}/`) && code.test(word)) files.add(word);
  const asking: string[] = [];
  for (const file of files)
    if ((await readFile(file, 'utf8').catch(() => '')).includes('__has_include')) asking.push(file);
  return asking;
}

async function renew(objects: string): Promise<void> {
  await rm(objects, {recursive: true, force: true, maxRetries: 3});
  await mkdir(objects, {recursive: true});
  return settleChanges(objects);
}

async function discardMentioned(
  objects: string,
  tree: string,
  {paths, names, header}: Mentions,
): Promise<void> {
  const records = await recordsBelow(objects);
  const words = [
    ...paths.map((name) => `/${name}`),
    ...names.map((name) => `/${name}`),
    ...(header ? await askingFiles(records, tree) : []),
  ];
  for (const {target, text} of records) {
    if (!words.some((word) => text.includes(word)) && sourceIsThere(objects, text)) continue;
    await rm(target, {force: true});
    await rm(path.join(path.dirname(target), `.${path.basename(target)}.cmd`), {force: true});
  }
}

/** Has the configuration made again if one of its files is another: they may have any name. */
async function configurationChanged(objects: string, names: readonly string[]): Promise<void> {
  const list = await readFile(path.join(objects, 'include/config/auto.conf.cmd'), 'utf8').catch(() => '');
  const read = new Set(list.split(/[\s\\]+/).map((word) => word.replace(/^\$\(srctree\)\//, '')));
  if (names.some((name) => read.has(name))) await rm(path.join(objects, '.configured'), {force: true});
}

/**
 * Deletes from a folder of objects what make would take for finished although a clean build would not make it so, for
 * make compares times only: objects whose source is gone, or would be another file now; and all that rules
 * made which are other rules now. What stays gives the same kernel, byte by byte, as a clean build. The compiler's cache
 * makes up for what is deleted in excess.
 * @param tree what they are compiled from; it is up to date
 */
export async function discardStale(objects: string, tree: string): Promise<void> {
  const pending = existsSync(objects) ? await pendingChanges(objects) : undefined;
  if (pending === undefined) return renew(objects);
  const changes = [...pending].flatMap(([name, first]) => {
    const change = netChange(first, holdsFile(path.join(tree, name)));
    return change === undefined ? [] : [{name, change}];
  });
  const scopes = new Set(changes.flatMap(({name, change}) => scopeOf(name, change) ?? []));
  if (scopes.has(everything)) return renew(objects);
  for (const scope of scopes)
    await rm(path.join(objects, scope), {recursive: true, force: true, maxRetries: 3});
  await configurationChanged(
    objects,
    changes.map(({name}) => name),
  );
  const relevant = changes.filter(({name, change}) => change !== 'content' && !unread.test(name));
  const came = relevant.filter(({change}) => change === 'came').map(({name}) => name);
  const paths = relevant.filter(({change}) => change !== 'came').map(({name}) => name);
  // Rules for code of one kind come before those for another.
  for (const {name} of relevant.filter((one) => code.test(one.name))) {
    const stem = path.join(objects, name.replace(code, ''));
    await rm(`${stem}.o`, {force: true});
  }
  if (relevant.length > 0) {
    const names = came.map((name) => path.basename(name));
    await discardMentioned(objects, tree, {paths, names, header: came.some((name) => name.endsWith('.h'))});
  }
  await settleChanges(objects);
}

/**
 * Deletes all objects of a build that is not Kbuild's when a file came or went, or anything but code changed since they
 * were made. Of code its own tools know when to compile it again.
 */
export async function renewWhereFilesMove(objects: string, tree: string): Promise<void> {
  const pending = existsSync(objects) ? await pendingChanges(objects) : undefined;
  const stale = [...(pending ?? [])].some(([name, first]) => {
    const change = netChange(first, holdsFile(path.join(tree, name)));
    return change !== undefined && (change !== 'content' || !code.test(name));
  });
  if (pending === undefined || stale) await renew(objects);
  else await settleChanges(objects);
}
