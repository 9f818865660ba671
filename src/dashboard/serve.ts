// SPDX-License-Identifier: MIT
import {createHash, timingSafeEqual} from 'node:crypto';
import {Hono} from 'hono';
import type {MiddlewareHandler} from 'hono';
import {getCookie, setCookie} from 'hono/cookie';
import {UsageError} from '../base/errors.ts';
import type {Database} from '../results/database/tables.ts';
import {readOffered} from './evidence.ts';
import {contentPolicy, document} from './layout.ts';
import {makerOf, upFrom} from './routes.ts';

/** How pages are served. */
export interface Serving {
  readonly db: Database;
  /** Whoever has it may read; undefined lets everybody who can reach it. */
  readonly token: string | undefined;
  /** The names by which it is asked; any if undefined: then the token keeps strangers out. */
  readonly hosts: readonly string[] | undefined;
}

/** The live pages: each is made when it is asked for. */
export function dashboard({db, token, hosts}: Serving): Hono {
  // Whoever comes without one would have it.
  if (token?.trim() === '') throw new UsageError('an empty token would let everybody in');
  const app = new Hono();
  app.use(headers, onlyHosts(hosts), ...(token === undefined ? [] : [onlyWith(token)]));
  app.get('/', (context) => context.redirect('/index.html'));
  app.get('/files/:run/:name{.+}', async (context) => {
    const {run, name} = context.req.param();
    const file = await evidenceFile(db, run, name);
    if (file === undefined) return context.notFound();
    const type = name.endsWith('.png') ? 'image/png' : 'text/plain; charset=utf-8';
    const binary = name.endsWith('.pcap');
    return context.body(new Uint8Array(file), 200, {
      'content-type': binary ? 'application/vnd.tcpdump.pcap' : type,
      // What a guest wrote is shown as text, or saved; it is no page.
      'content-security-policy': "default-src 'none'; sandbox",
      ...(binary && {'content-disposition': 'attachment'}),
    });
  });
  app.get('/:file{.+\\.(html|json)}', async (context) => {
    const asked = context.req.param('file');
    const file = asked.replace(/\.json$/, '.html');
    const up = upFrom(file);
    const page = await makerOf(file)?.({db, up, hasRun: () => true, now: new Date()});
    if (page === undefined) return context.notFound();
    const twin = `${JSON.stringify(page.data)}\n`;
    const tag = `"${createHash('sha256').update(twin).digest('base64url').slice(0, 22)}"`;
    if (context.req.header('if-none-match') === tag) return context.body(null, 304, {etag: tag});
    const rest = {etag: tag, 'cache-control': 'no-cache'};
    return asked.endsWith('.json')
      ? context.body(twin, 200, {...rest, 'content-type': 'application/json; charset=utf-8'})
      : context.html(await document(page, file, up), 200, rest);
  });
  app.notFound((context) => context.text('There is no such page.\n', 404));
  app.onError((error, context) => {
    process.stderr.write(`p2plab: ${context.req.path}: ${error.message}\n`);
    return context.text('The page could not be made: see the terminal that serves it.\n', 500);
  });
  return app;
}

const headers: MiddlewareHandler = async (context, next) => {
  await next();
  const set = (name: string, value: string): void => {
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  };
  set('content-security-policy', `${contentPolicy}; frame-ancestors 'none'`);
  set('x-content-type-options', 'nosniff');
  set('referrer-policy', 'no-referrer');
  set('cross-origin-resource-policy', 'same-origin');
};

/** A page elsewhere whose name leads here (DNS rebinding) gets nothing. */
function onlyHosts(hosts: readonly string[] | undefined): MiddlewareHandler {
  return async (context, next) => {
    const host = (context.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
    if (hosts !== undefined && !hosts.includes(host)) return context.text('Not by this name.\n', 421);
    return next();
  };
}

const cookie = 'p2plab';

/** Whoever comes with the token in the URL once has it in a cookie from then on. */
function onlyWith(token: string): MiddlewareHandler {
  return async (context, next) => {
    const bearer = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
    const asked = context.req.query('token');
    if ([bearer, asked, getCookie(context, cookie)].some((given) => isSame(given, token))) {
      if (isSame(asked, token)) {
        setCookie(context, cookie, token, {httpOnly: true, sameSite: 'Strict', path: '/'});
        const url = new URL(context.req.url);
        url.searchParams.delete('token');
        return context.redirect(`${url.pathname}${url.search}`);
      }
      return next();
    }
    return context.text('Come with the token: …/?token=TOKEN, as `dashboard serve` printed it.\n', 401);
  };
}

function isSame(given: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/** A file of a run's bundle that may be offered: what is not in the list is not there. */
async function evidenceFile(db: Database, run: string, name: string): Promise<Buffer | undefined> {
  if (!/^[1-9]\d{0,8}$/.test(run)) return undefined;
  const found = await db.selectFrom('runs').select('bundle').where('id', '=', Number(run)).executeTakeFirst();
  if (found?.bundle == null) return undefined;
  return readOffered(found.bundle, name);
}
