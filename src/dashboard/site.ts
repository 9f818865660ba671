// SPDX-License-Identifier: MIT
import {randomUUID} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, open, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {type Context, checkpoint} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {sha256} from '../base/hash.ts';
import {withLock} from '../base/lock.ts';
import {cacheRoot, labRoot} from '../base/paths.ts';
import type {Database} from '../results/database/tables.ts';
import {listFiles, readListed} from './evidence.ts';
import {document} from './layout.ts';
import {paths} from './links.ts';
import {comparedPairs} from './pages/compare.ts';
import {makerOf, singlePages, upFrom} from './routes.ts';

/** What a site was made of, so that the next time only what is new is made. */
const builtSchema = z.strictObject({
  look: z.string(),
  /** The database's name: numbers of another one mean other rows. */
  database: z.string(),
  /** There are pages of the runs from this number on. */
  firstRun: z.number(),
  lastRun: z.number(),
  /** When the latest nightly run ended that there is a page of: one that began earlier may end later. */
  lastEnd: z.string(),
});

type Built = z.output<typeof builtSchema>;

/** The file that says what a site was made of, and so whose folder it is. */
const mark = 'built.json';

/** Where files are until they are whole: below the folder, for a rename does not leave its file system. */
const parts = '.parts';

/** How many of the newest runs have a page when a site is first made. */
const firstRuns = 1000;

/** What was written. */
export interface SiteReport {
  readonly pages: number;
  readonly files: number;
}

/**
 * Makes a folder of pages that opens from `file://`, with a JSON twin for each. What is there already is not made
 * again: the work grows with what is new.
 * @throws {UsageError} for a folder that holds something else
 */
export async function buildSite(
  connection: {readonly db: Database; readonly name: string},
  folder: string,
  context: Context,
): Promise<SiteReport> {
  const lock = path.join(cacheRoot, 'locks', `dashboard-${sha256(path.resolve(folder)).slice(0, 16)}`);
  return withLock(lock, 'dashboard', context, () => buildLocked(connection, folder, context));
}

async function buildLocked(
  {db, name}: {readonly db: Database; readonly name: string},
  folder: string,
  context: Context,
): Promise<SiteReport> {
  const look = await lookKey();
  const before = await readBuilt(folder, name, look);
  await begin(folder);
  const lastRun = await newestRun(db);
  const firstRun = before?.firstRun ?? Math.max(1, lastRun - firstRuns + 1);
  const since = {run: before?.lastRun ?? firstRun - 1, end: before?.lastEnd};
  const lastEnd = await newestEnd(db);
  const pages = await changedPages(db, since);
  const now = new Date();
  let written = 0;
  let copied = 0;
  for (const file of pages) {
    checkpoint(context);
    const up = upFrom(file);
    const page = await makerOf(file)?.({db, up, hasRun: (run) => run >= firstRun, now});
    if (page === undefined) continue;
    await put(folder, file, await document(page, file, up));
    await put(folder, file.replace(/\.html$/, '.json'), `${JSON.stringify(page.data)}\n`);
    written++;
    const run = /^run\/(\d+)\.html$/.exec(file)?.[1];
    if (run !== undefined) copied += await copyEvidence(db, folder, Number(run));
    if (written % 20 === 0) {
      context.report({topic: 'dashboard', text: `${written} of ${pages.length} pages`});
    }
  }
  const built: Built = {look, database: name, firstRun, lastRun, lastEnd};
  // Last: a build that was cut short is made again.
  await put(folder, mark, `${JSON.stringify(built)}\n`);
  await rm(path.join(folder, parts), {recursive: true, force: true});
  return {pages: written, files: copied};
}

/** Stands for what makes pages: with another one a site is made anew. */
async function lookKey(): Promise<string> {
  const root = path.join(labRoot, 'src/dashboard');
  const names = (await readdir(root, {recursive: true})).filter((name) => /\.(ts|js|css)$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(root, name), 'utf8')));
  return sha256(JSON.stringify([names, texts])).slice(0, 16);
}

/**
 * What a site's folder was made of; undefined where all is to be made.
 * @throws {UsageError} for a folder with pages of somebody else
 */
async function readBuilt(folder: string, database: string, look: string): Promise<Built | undefined> {
  const text = await readFile(path.join(folder, mark), 'utf8').catch(() => undefined);
  if (text === undefined) {
    if (existsSync(path.join(folder, 'index.html')) && !(await isOurs(path.join(folder, 'index.html'))))
      throw new UsageError(`${folder} holds an index.html that p2plab did not make`, {
        hint: 'give a folder of its own',
      });
    return undefined;
  }
  // A folder that was begun, or a file that was cut short, says nothing of what is there.
  const read = builtSchema.safeParse(parsed(text));
  return read.success && read.data.look === look && read.data.database === database ? read.data : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a page is one of ours: an older p2plab that was interrupted left no mark beside it. */
async function isOurs(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const {bytesRead, buffer} = await handle.read(Buffer.alloc(8192), 0, 8192, 0);
    return /<title>[^<]* · p2plab<\/title>/.test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Says before the first page is there whose folder it is, and removes what a build that was killed left half written. */
async function begin(folder: string): Promise<void> {
  await rm(path.join(folder, parts), {recursive: true, force: true});
  await mkdir(path.join(folder, parts), {recursive: true});
  if (!existsSync(path.join(folder, mark))) await put(folder, mark, '{"begun":true}\n');
}

async function newestRun(db: Database): Promise<number> {
  const row = await db
    .selectFrom('runs')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  return row?.id ?? 0;
}

async function newestEnd(db: Database): Promise<string> {
  const row = await db
    .selectFrom('nightly_runs')
    .where('state', '=', 'ended')
    .select((eb) => eb.fn.max('ended').as('ended'))
    .executeTakeFirst();
  return row?.ended ?? '';
}

/** The pages that what is new appears on; those of the latest nightly runs always. */
async function changedPages(
  db: Database,
  since: {readonly run: number; readonly end: string | undefined},
): Promise<readonly string[]> {
  const runs = await db
    .selectFrom('runs')
    .select(['id', 'case_id', 'fingerprint'])
    .where('id', '>', since.run)
    .orderBy('id')
    .execute();
  const nightlyRuns = await db
    .selectFrom('nightly_runs')
    .select('id')
    .where('state', '=', 'ended')
    .where('ended', '>', since.end ?? '')
    .orderBy('ended', 'desc')
    // A site that begins shows a month: what is older is in the database.
    .limit(since.end === undefined ? 31 : 10_000)
    .execute();
  const judged =
    nightlyRuns.length === 0
      ? []
      : await db
          .selectFrom('results')
          .select('case_id')
          .distinct()
          .where(
            'nightly_run_id',
            'in',
            nightlyRuns.map(({id}) => id),
          )
          .execute();
  const cases = new Set([...runs, ...judged].map(({case_id: id}) => id));
  const kinds = new Set(runs.flatMap(({fingerprint}) => fingerprint ?? []));
  return [
    ...Object.keys(singlePages),
    ...(await comparedPairs(db)).map(([first, second]) => paths.compare(first, second)),
    ...nightlyRuns.map(({id}) => paths.nightlyRun(id)),
    ...[...cases].map(paths.case),
    ...[...kinds].map(paths.failure),
    ...runs.map(({id}) => paths.run(id)),
  ];
}

/** Copies what a run's page shows and offers, so that the site needs no bundle. */
async function copyEvidence(db: Database, folder: string, run: number): Promise<number> {
  const found = await db.selectFrom('runs').select('bundle').where('id', '=', run).executeTakeFirst();
  if (found?.bundle == null) return 0;
  let copied = 0;
  for (const {name} of await listFiles(found.bundle)) {
    const content = await readListed(found.bundle, name);
    if (content === undefined) continue;
    await put(folder, path.join('files', String(run), name), content);
    copied++;
  }
  return copied;
}

/** Writes a file whole: whoever reads the site while it is made sees the old page or the new one. */
async function put(folder: string, name: string, content: string | Buffer): Promise<void> {
  const file = path.join(folder, name);
  const part = path.join(folder, parts, randomUUID());
  await mkdir(path.dirname(file), {recursive: true});
  await writeFile(part, content);
  await rename(part, file);
}
