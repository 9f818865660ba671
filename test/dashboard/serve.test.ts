// SPDX-License-Identifier: MIT
import {seeded} from './seeded.ts';
import test from 'ava';
import {dashboard} from '../../src/dashboard/serve.ts';
import {paths} from '../../src/dashboard/links.ts';

const {db} = await seeded('serve');
const local = {headers: {host: '127.0.0.1:8017'}};
const app = dashboard({db, token: undefined, hosts: ['127.0.0.1', 'localhost', '[::1]']});

const bad = await db.selectFrom('runs').select('id').where('verdict', '=', 'crash').executeTakeFirstOrThrow();

test('every page has a JSON twin, and neither lets anything in from elsewhere', async (t) => {
  for (const file of ['index', 'grid', 'compare', 'designs', 'counts', 'flakes', 'health', `run/${bad.id}`]) {
    const page = await app.request(`/${file}.html`, local);
    t.is(page.status, 200, file);
    const policy = page.headers.get('content-security-policy') ?? '';
    t.regex(policy, /default-src 'none'/);
    t.notRegex(policy, /unsafe|https?:|\*/);
    t.is(page.headers.get('x-content-type-options'), 'nosniff');
    const text = await page.text();
    t.notRegex(text, /(src|href)="(https?:)?\/\//, 'no other host is named');
    const twin = await app.request(`/${file}.json`, local);
    t.is(twin.headers.get('content-type'), 'application/json; charset=utf-8');
    t.is(typeof (await twin.json()), 'object');
    const again = await app.request(`/${file}.json`, {
      headers: {...local.headers, 'if-none-match': twin.headers.get('etag') ?? ''},
    });
    t.is(again.status, 304);
  }
});

test('what the kernel reports stands before all else of its run', async (t) => {
  const text = await (await app.request(`/${paths.run(bad.id)}`, local)).text();
  const at = [
    'What the kernel reports',
    'KASAN: use-after-free',
    'f (a.c:1)',
    'Where the bytes went',
    'Console',
  ];
  const found = at.map((word) => text.indexOf(word));
  t.true(found.every((place) => place >= 0));
  t.deepEqual(
    found,
    found.toSorted((a, b) => a - b),
  );
});

test('what a guest wrote is text', async (t) => {
  const text = await (await app.request(`/${paths.run(bad.id)}`, local)).text();
  t.true(text.includes('&lt;script&gt;document.title='));
  t.false(text.includes('<script>document'));
  t.false(text.includes('<img src=x'));
  t.false(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/.test(text));
});

test('the first page tells what broke, and why, before all else', async (t) => {
  const text = await (await app.request('/index.html', local)).text();
  t.regex(text, /<h1>\s*1 broke, 2 missing, 2 fixed|<h1>\s*1 broke, 2 fixed, 2 missing/);
  t.true(text.indexOf('>broke<') < text.indexOf('>fixed<'));
  t.regex(text, /smoke is running since/);
});

test('a name that is not the lab’s gets nothing, whatever leads it here', async (t) => {
  t.is((await app.request('/index.html', {headers: {host: 'evil.example'}})).status, 421);
  t.is((await app.request('/index.html', {headers: {host: 'localhost'}})).status, 200);
});

test('files of a bundle are what its list says, and nothing beside', async (t) => {
  const picture = await app.request(`/${paths.file(bad.id, 'screens/display.png')}`, local);
  t.is(picture.headers.get('content-type'), 'image/png');
  const text = await app.request(`/${paths.file(bad.id, 'dmesg.txt')}`, local);
  t.is(text.headers.get('content-type'), 'text/plain; charset=utf-8');
  t.regex(text.headers.get('content-security-policy') ?? '', /sandbox/);
  for (const file of [
    ...['..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/serve.sqlite', 'kernel', 'none.txt', '%00', '/etc/passwd'],
  ])
    t.is((await app.request(`/files/${bad.id}/${file}`, local)).status, 404, file);
  t.is((await app.request('/files/999999/dmesg.txt', local)).status, 404);
  t.is((await app.request('/files/1e0/dmesg.txt', local)).status, 404);
});

test('what is no page is not found', async (t) => {
  for (const file of ['none.html', 'run/0.html', 'run/999999.html', 'failure/000000000000.json', 'x'])
    t.is((await app.request(`/${file}`, local)).status, 404, file);
});

test('with a token nobody reads without it, and who came with it once need not again', async (t) => {
  const closed = dashboard({db, token: 'a-secret', hosts: undefined});
  const ask = (query: string, headers: Readonly<Record<string, string>> = {}) =>
    closed.request(`/grid.html${query}`, {headers: {host: 'lab.example', ...headers}});
  t.is((await ask('')).status, 401);
  t.is((await ask('?token=another')).status, 401);
  t.is((await ask('', {authorization: 'Bearer a-secret'})).status, 200);
  const first = await ask('?token=a-secret&q=pass');
  t.is(first.status, 302);
  t.is(first.headers.get('location'), '/grid.html?q=pass');
  const cookie = first.headers.get('set-cookie') ?? '';
  t.regex(cookie, /HttpOnly/);
  t.is((await ask('', {cookie: cookie.split(';')[0] ?? ''})).status, 200);
});
