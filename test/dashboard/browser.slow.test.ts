// SPDX-License-Identifier: MIT
// Every kind of page in a real browser, served and as a file, in both themes and on a phone.
import {seeded} from './seeded.ts';
import {temporary} from '../base/temporary-cache.ts';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {serve} from '@hono/node-server';
import test, {type ExecutionContext} from 'ava';
import {type Browser, chromium, type Page} from 'playwright-core';
import {dashboard} from '../../src/dashboard/serve.ts';
import {buildSite} from '../../src/dashboard/site.ts';
import {paths} from '../../src/dashboard/links.ts';

const executablePath = '/usr/bin/chromium';
const quiet = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const connection = await seeded('browser');
const {db} = connection;
const site = path.join(temporary, 'site');
const files: string[] = ['index.html', 'grid.html', 'compare.html', 'designs.html', 'counts.html'];
let browser: Browser;
let server: ReturnType<typeof serve>;
let served = '';

test.before(async (t) => {
  t.timeout(120_000);
  t.true(existsSync(executablePath), 'there is no chromium: apt-get install chromium');
  await buildSite(connection, site, {signal: new AbortController().signal, report: () => undefined});
  const crash = await db
    .selectFrom('runs')
    .selectAll()
    .where('verdict', '=', 'crash')
    .executeTakeFirstOrThrow();
  const nightlyRun = await db
    .selectFrom('nightly_runs')
    .select('id')
    .where('state', '=', 'ended')
    .executeTakeFirstOrThrow();
  files.push(
    'flakes.html',
    'health.html',
    paths.nightlyRun(nightlyRun.id),
    paths.case(crash.case_id),
    paths.run(crash.id),
  );
  files.push(paths.failure(crash.fingerprint ?? ''), paths.compare('baseline', 'switch+my/series'));
  const app = dashboard({db, token: undefined, hosts: ['127.0.0.1']});
  server = serve({fetch: app.fetch, hostname: '127.0.0.1', port: 0});
  await once(server, 'listening');
  const address = server.address();
  served = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  browser = await chromium.launch({executablePath, args: ['--no-sandbox', ...quiet]});
});

test.after.always(async () => {
  await browser.close();
  server.close();
  await connection.close();
});

/** Opens pages, and notes whatever a browser complains of, asks for elsewhere, or lets slip. */
async function walk(
  t: ExecutionContext,
  base: string,
  options: Parameters<Browser['newContext']>[0],
  look: (page: Page, file: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const troubles: string[] = [];
  let current = '';
  page.on('console', (message) => troubles.push(`${current}: ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`${current}: ${error.message}`));
  page.on('dialog', (dialog) => {
    troubles.push(`${current}: a dialog`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:'))
      troubles.push(`${current}: asks for ${request.url()}`);
  });
  for (const file of files) {
    current = file;
    await page.goto(`${base}/${file}`);
    t.notRegex(await page.title(), /owned/);
    t.is(await page.locator('h1').count(), 1, file);
    await look(page, file);
  }
  t.deepEqual(troubles, []);
  await context.close();
}

const asFiles = pathToFileURL(site).href;

for (const colorScheme of ['light', 'dark'] as const) {
  test.serial(`no page has anything to complain of, served or as a file (${colorScheme})`, async (t) => {
    t.timeout(120_000);
    await walk(t, served, {colorScheme});
    await walk(t, asFiles, {colorScheme});
  });
}

test.serial('on a phone no page is wider than the screen', async (t) => {
  t.timeout(120_000);
  await walk(t, asFiles, {viewport: {width: 360, height: 740}}, async (page, file) => {
    const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    t.true(over <= 0, `${file} is ${over} pixels too wide`);
  });
});

test.serial('a page prints, without its navigation and with its console', async (t) => {
  t.timeout(60_000);
  await walk(t, asFiles, {}, async (page, file) => {
    await page.emulateMedia({media: 'print'});
    t.false(await page.locator('nav').isVisible(), file);
    t.true((await page.pdf({format: 'A4'})).length > 1000);
    await page.emulateMedia({media: 'screen'});
  });
});

test.serial('text stands out from its ground in both themes', async (t) => {
  t.timeout(60_000);
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({colorScheme});
    const page = await context.newPage();
    await page.goto(`${asFiles}/grid.html`);
    const worst = await page.evaluate<number>(contrast);
    t.true(worst >= 4.5, `${colorScheme}: ${worst.toFixed(2)} to 1`);
    await context.close();
  }
});

/** The smallest contrast of any text on a page (WCAG 2.2, 1.4.3), by what the browser makes of its colours. */
const contrast = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colour) => { canvas.fillStyle = '#000'; canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  const light = (colour) => rgb(colour).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = light(getComputedStyle(document.body).backgroundColor);
  return Math.min(...[...document.querySelectorAll('main *')].filter((e) => e.textContent.trim() !== '' && e.getClientRects().length > 0).map((e) => {
    const l = light(getComputedStyle(e).color);
    return (Math.max(l, ground) + 0.05) / (Math.min(l, ground) + 0.05);
  }));
})()`;

test.serial('rows are filtered by the URL and by what is typed, and gone through by keys', async (t) => {
  t.timeout(60_000);
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${asFiles}/grid.html?q=broken`);
  const shown = page.locator('tr[data-find]:visible');
  t.is(await shown.count(), 1);
  await page.keyboard.press('/');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('-crash -known');
  t.is(new URL(page.url()).searchParams.get('q'), '-crash -known');
  const left = await shown.count();
  t.true(left > 1 && left < (await page.locator('tr[data-find]').count()));
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  const focused = await page.evaluate<string>('document.activeElement.closest("tr")?.textContent ?? ""');
  t.is(focused, (await shown.first().textContent()) ?? 'none');
  await page.keyboard.press('Enter');
  await page.waitForURL(/case\/\d+\.html/);
  await page.context().close();
});
