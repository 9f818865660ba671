// SPDX-License-Identifier: MIT
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {labRoot} from '../base/paths.ts';
import {html, raw, words} from './html.ts';
import type {Page} from './page.ts';

const read = (name: string): string => readFileSync(path.join(labRoot, 'src/dashboard/web', name), 'utf8');

const style = read('style.css');
const script = read('page.js');

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but what is in the page itself: no host is contacted, and what a guest wrote is never run. */
export const contentPolicy = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(script)}`,
  "img-src 'self' data:",
  // Where it is served, a page asks whether there is a newer one.
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const navigation = {
  'index.html': 'Latest',
  'grid.html': 'Grid',
  'compare.html': 'Compare',
  'designs.html': 'Designs',
  'counts.html': 'Counts',
  'flakes.html': 'Flakes',
  'health.html': 'Lab health',
} as const;

/** A whole page: one file that needs no other. */
export async function document(page: Page, file: string, up: string): Promise<string> {
  const links = Object.entries(navigation).map(
    ([target, title]) =>
      html`<li>
        <a href="${up}${target}" ${target === file ? raw('aria-current="page"') : ''}>${title}</a>
      </li>`,
  );
  const twin = file.slice(file.lastIndexOf('/') + 1).replace(/\.html$/, '.json');
  const whole = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${raw(contentPolicy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <link rel="icon" href="data:," />
        <link rel="alternate" type="application/json" href="${twin}" />
        <title>${words(page.title)} · p2plab</title>
        <style>${raw(style)}</style>
      </head>
      <body>
        <a class="skip-link" href="#main">To the content</a>
        <header>
          <p class="brand"><a href="${up}index.html">p2plab</a></p>
          <nav aria-label="Pages">
            <ul>
              ${links}
            </ul>
          </nav>
        </header>
        <main id="main" tabindex="-1">
          <h1>${words(page.title)}</h1>
          ${page.body}
        </main>
        <footer>
          <a href="${twin}">This page as JSON</a>
          <span class="keys"><kbd>/</kbd> filter, <kbd>j</kbd> <kbd>k</kbd> rows, <kbd>Enter</kbd> open</span>
        </footer>
        <script>${raw(script)}</script>
      </body>
    </html> `;
  return whole.toString();
}
