// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {copyFile, mkdir, readdir, readFile, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {type Context, checkpoint} from '../base/context.ts';
import {UsageError} from '../base/errors.ts';
import {sha256} from '../base/hash.ts';
import {labRoot} from '../base/paths.ts';
import type {Database} from '../results/database/tables.ts';
import {listFiles} from './evidence.ts';
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
  /** When the newest night ended that there is a page of: one that began earlier may end later. */
  lastEnd: z.string(),
});

type Built = z.output<typeof builtSchema>;

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
  {db, name}: {readonly db: Database; readonly name: string},
  folder: string,
  context: Context,
): Promise<SiteReport> {
  const look = await lookKey();
  const before = await readBuilt(folder, name, look);
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
  await put(folder, 'built.json', `${JSON.stringify(built)}\n`);
  return {pages: written, files: copied};
}

/** Stands for what makes pages: with another one a site is made anew. */
async function lookKey(): Promise<string> {
  const root = path.join(labRoot, 'src/dashboard');
  const names = (await readdir(root, {recursive: true})).filter((name) => /\.(ts|js|css)$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(root, name), 'utf8')));
  return sha256(JSON.stringify([names, texts])).slice(0, 16);
}

async function readBuilt(folder: string, database: string, look: string): Promise<Built | undefined> {
  const file = path.join(folder, 'built.json');
  if (!existsSync(file)) {
    if (existsSync(path.join(folder, 'index.html')))
      throw new UsageError(`${folder} holds an index.html that p2plab did not make`, {
        hint: 'give a folder of its own',
      });
    return undefined;
  }
  const read = builtSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  return read.success && read.data.look === look && read.data.database === database ? read.data : undefined;
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
    .selectFrom('nights')
    .where('state', '=', 'ended')
    .select((eb) => eb.fn.max('ended').as('ended'))
    .executeTakeFirst();
  return row?.ended ?? '';
}

/** The pages that what is new appears on; those of the newest nights always. */
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
  const nights = await db
    .selectFrom('nights')
    .select('id')
    .where('state', '=', 'ended')
    .where('ended', '>', since.end ?? '')
    .orderBy('ended', 'desc')
    // A site that begins shows a month: what is older is in the database.
    .limit(since.end === undefined ? 31 : 10_000)
    .execute();
  const judged =
    nights.length === 0
      ? []
      : await db
          .selectFrom('results')
          .select('case_id')
          .distinct()
          .where(
            'night_id',
            'in',
            nights.map(({id}) => id),
          )
          .execute();
  const cases = new Set([...runs, ...judged].map(({case_id: id}) => id));
  const kinds = new Set(runs.flatMap(({fingerprint}) => fingerprint ?? []));
  return [
    ...Object.keys(singlePages),
    ...(await comparedPairs(db)).map(([first, second]) => paths.compare(first, second)),
    ...nights.map(({id}) => paths.night(id)),
    ...[...cases].map(paths.case),
    ...[...kinds].map(paths.failure),
    ...runs.map(({id}) => paths.run(id)),
  ];
}

/** Copies what a run's page shows and offers, so that the site needs no bundle. */
async function copyEvidence(db: Database, folder: string, run: number): Promise<number> {
  const found = await db.selectFrom('runs').select('bundle').where('id', '=', run).executeTakeFirst();
  if (found?.bundle == null) return 0;
  const files = await listFiles(found.bundle);
  for (const {name} of files) {
    const target = path.join(folder, 'files', String(run), name);
    await mkdir(path.dirname(target), {recursive: true});
    await copyFile(path.join(found.bundle, name), target);
  }
  return files.length;
}

/** Writes a file whole: whoever reads the site while it is made sees the old page or the new one. */
async function put(folder: string, name: string, content: string): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), {recursive: true});
  await writeFile(`${file}.part`, content);
  await rename(`${file}.part`, file);
}
