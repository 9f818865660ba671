// SPDX-License-Identifier: MIT
import type {Database} from '../results/database/tables.ts';
import type {Html} from './html.ts';

/** What a page is made of: what it knows, and how that is shown. */
export interface Page {
  readonly title: string;
  /** The same for programs: its JSON twin. */
  readonly data: unknown;
  readonly body: Html;
}

/** What a page's maker is given. */
export interface PageContext {
  readonly db: Database;
  /** The path from this page to the first one: `./` or `../`. */
  readonly up: string;
  /** Whether there is a page of a run: a static site has those of newer runs only. */
  readonly hasRun: (run: number) => boolean;
  /** The time that ages are told by. */
  readonly now: Date;
}

/** Makes a page; undefined if there is nothing to be shown. */
export type PageMaker = (context: PageContext) => Promise<Page | undefined>;
