// SPDX-License-Identifier: MIT
import {unspell} from './links.ts';
import type {PageMaker} from './page.ts';
import {compare, compareIndex} from './pages/compare.ts';
import {counts} from './pages/counts.ts';
import {designs} from './pages/designs.ts';
import {failure} from './pages/failure.ts';
import {flakes} from './pages/flakes.ts';
import {grid} from './pages/grid.ts';
import {health} from './pages/health.ts';
import {history} from './pages/history.ts';
import {nightlyRun} from './pages/nightly-run.ts';
import {run} from './pages/run.ts';
import {latestPage} from './pages/latest.ts';

/** Pages that there is one of. They show the latest nightly runs, and so change with each. */
export const singlePages: Readonly<Record<string, PageMaker>> = {
  'index.html': latestPage,
  'grid.html': grid,
  'compare.html': compareIndex,
  'designs.html': designs,
  'counts.html': counts,
  'flakes.html': flakes,
  'health.html': health,
};

const numbered: Readonly<Record<string, (id: number) => PageMaker>> = {
  nightly: nightlyRun,
  case: history,
  run,
};

/** Who makes the page of a path, the same on a server and in a static site; undefined for what is none. */
export function makerOf(file: string): PageMaker | undefined {
  const single = Object.hasOwn(singlePages, file) ? singlePages[file] : undefined;
  if (single !== undefined) return single;
  const [, folder, name] = /^(\w+)\/([\w.-]+)\.html$/.exec(file) ?? [];
  if (folder === undefined || name === undefined) return undefined;
  if (Object.hasOwn(numbered, folder)) {
    // Numbers of rows are 32 bits wide in PostgreSQL.
    return /^[1-9]\d{0,8}$/.test(name) ? numbered[folder]?.(Number(name)) : undefined;
  }
  if (folder === 'failure') return /^[0-9a-f]{12}$/.test(name) ? failure(name) : undefined;
  if (folder !== 'compare') return undefined;
  const [first, second, ...rest] = name.split('..').map(unspell);
  return first === undefined || second === undefined || rest.length > 0 ? undefined : compare(first, second);
}

/** The way from a page to the first one. */
export function upFrom(file: string): string {
  return file.includes('/') ? '../' : './';
}
