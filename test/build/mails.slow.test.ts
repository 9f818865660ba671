// SPDX-License-Identifier: MIT
// Whatever `git am` makes of a series, the lab makes of it.
import {temporary} from '../base/temporary-cache.ts';
import {execFileSync, spawnSync} from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {fc, testProp} from '@fast-check/ava';
import test from 'ava';
import {recordingContext} from '../base/contexts.ts';
import {UsageError} from '../../src/base/errors.ts';
import {readSeries} from '../../src/build/series.ts';
import {withWorkTree} from '../../src/build/tree.ts';
import {fakeSource, writeTree} from './fake-linux.ts';

const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ädèle Öz',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'C',
  GIT_COMMITTER_EMAIL: 'c@example.org',
};

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, {cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}

const numbers = Array.from({length: 60}, (_, index) => `int v${index};\n`);

const base = {
  Kbuild: 'obj-y += a.o\n',
  'a.c': numbers.join(''),
  'crlf.c': 'int crlf;\r\nint more;\r\n',
  'mm/b.c': 'int b;\nint moved;\nint away;\n',
  'doc/latin1.txt': 'latin\n',
  script: '#!/bin/sh\necho\n',
};

/** What commits do, each by itself, and what they say. */
const changes: readonly (readonly [message: string, apply: (folder: string) => void])[] = [
  [
    'PCI: Change lines far apart',
    (folder) => {
      writeFileSync(
        path.join(folder, 'a.c'),
        numbers.map((line, index) => (index % 29 === 3 ? `${line.trim()} /* = é */\n` : line)).join(''),
      );
    },
  ],
  [
    'mm: Grüße, a subject that is so long that it has to be folded into more than one line of a mail',
    (folder) => {
      mkdirSync(path.join(folder, 'new'), {recursive: true});
      writeFileSync(path.join(folder, 'new/n.c'), 'From here to there\n>From there\n--- a/x\nno newline');
    },
  ],
  [
    'rename a file\n\nFrom what it was\n\ndiff of words',
    (folder) => {
      mkdirSync(path.join(folder, 'other'), {recursive: true});
      renameSync(path.join(folder, 'mm/b.c'), path.join(folder, 'other/b c.c'));
    },
  ],
  [
    'delete, and change a mode',
    (folder) => {
      rmSync(path.join(folder, 'Kbuild'));
      chmodSync(path.join(folder, 'script'), 0o755);
    },
  ],
  [
    'bytes that are no UTF-8',
    (folder) => {
      writeFileSync(path.join(folder, 'doc/latin1.txt'), Buffer.from([0x6c, 0xe4, 0x0a, 0xf6, 0x0a]));
    },
  ],
  [
    'a binary file',
    (folder) => {
      writeFileSync(
        path.join(folder, 'blob.bin'),
        Buffer.from(Array.from({length: 700}, (_, at) => (at * 7) % 256)),
      );
    },
  ],
  [
    'lines that end as in DOS',
    (folder) => {
      writeFileSync(path.join(folder, 'crlf.c'), 'int crlf;\r\nint changed;\r\n');
    },
  ],
];

interface History {
  readonly folder: string;
  readonly first: string;
}

const histories = new Map<string, History>();

/** A repository with one commit a change. */
function history(chosen: readonly number[]): History {
  const known = histories.get(chosen.join()) ?? newHistory(chosen);
  histories.set(chosen.join(), known);
  return known;
}

function newHistory(chosen: readonly number[]): History {
  const folder = writeTree(base);
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '.');
  git(folder, 'commit', '-q', '-m', 'base');
  const first = git(folder, 'rev-parse', 'HEAD').trim();
  for (const index of chosen) {
    const [message, apply] = changes[index] ?? ['', () => undefined];
    apply(folder);
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '-m', message);
  }
  git(folder, 'branch', '-q', 'topic');
  return {folder, first};
}

/** What a tree holds, to the last byte and bit. */
function contents(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, {recursive: true, withFileTypes: true});
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !path.relative(folder, file).startsWith('.git/'))
    .sort();
  return Object.fromEntries(
    files.map((file) => [
      path.relative(folder, file),
      `${(statSync(file).mode & 0o100).toString(8)} ${readFileSync(file).toString('base64')}`,
    ]),
  );
}

/** What `git am` makes of mails; undefined if it does not take them. */
function amResult(
  {folder, first}: History,
  inputs: readonly string[],
): ReturnType<typeof contents> | undefined {
  git(folder, 'checkout', '-q', '-f', '-B', 'am', first);
  git(folder, 'clean', '-qfdx');
  const applied = spawnSync('git', ['am', '-q', '--', ...inputs], {cwd: folder, env, encoding: 'utf8'});
  if (applied.status === 0) return contents(folder);
  spawnSync('git', ['am', '--abort'], {cwd: folder, env});
  return undefined;
}

async function labResult(series: string): Promise<ReturnType<typeof contents> | undefined> {
  const source = fakeSource(base);
  try {
    const read = await readSeries(series);
    return await withWorkTree(source, [read], recordingContext(), ({folder}) =>
      Promise.resolve(contents(folder)),
    );
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Options of `git format-patch` that change how mails look. */
const options = [
  '--cover-letter',
  '-v2',
  '--attach',
  '--inline',
  '--start-number=0',
  '--start-number=9',
  '--no-numbered',
  '--suffix=.txt',
  '--suffix=.mbx',
  '--zero-commit',
  '--no-renames',
  '--full-index',
  '--no-signature',
  '--signoff',
  '--thread',
  '--rfc',
  '--subject-prefix=RESEND PATCH net-next',
  '--from=Somebody Else <s@example.org>',
  '-U1',
];

interface Mail {
  readonly headers: readonly string[];
  readonly body: Buffer;
}

function parse(mail: Buffer): Mail {
  const end = mail.indexOf('\n\n');
  const headers = mail
    .subarray(0, end)
    .toString('latin1')
    .split(/\n(?![ \t])/);
  return {headers: headers.filter((line) => !line.startsWith('From ')), body: mail.subarray(end + 2)};
}

function join({headers, body}: Mail, from = 'From abc Mon Sep 17 00:00:00 2001\n'): Buffer {
  return Buffer.concat([Buffer.from(`${from}${headers.join('\n')}\n\n`, 'latin1'), body]);
}

function quotedPrintable(body: Buffer): Buffer {
  const lines: string[] = [];
  for (const line of body.toString('latin1').split('\n')) {
    let coded = '';
    for (const char of line) {
      const code = char.charCodeAt(0);
      const plain = code >= 32 && code < 127 && char !== '=';
      const next = plain ? char : `=${code.toString(16).toUpperCase().padStart(2, '0')}`;
      if (coded.length - (coded.lastIndexOf('\n') + 1) + next.length > 74) coded += '=\n';
      coded += next;
    }
    lines.push(coded.replace(/[ \t]$/, (blank) => (blank === ' ' ? '=20' : '=09')));
  }
  return Buffer.from(lines.join('\n'), 'latin1');
}

const isMultipart = ({headers}: Mail): boolean => headers.some((line) => /multipart/i.test(line));

/** Headers in another order, with another encoding of the same body. */
function encoded(mail: Mail, encoding: 'base64' | 'quoted-printable', order: 'first' | 'last'): Mail {
  if (isMultipart(mail)) return mail;
  const kept = mail.headers.filter((line) => !/^(Content-|MIME-)/i.test(line));
  const own = [
    `Content-Transfer-Encoding: ${encoding}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=UTF-8',
  ];
  const lines = mail.body.toString('base64').replaceAll(/(.{76})/g, '$1\n');
  const body = encoding === 'base64' ? Buffer.from(`${lines}\n`) : quotedPrintable(mail.body);
  return {headers: order === 'first' ? [...own, ...kept] : [...kept, ...own.toReversed()], body};
}

/** As a mail that is signed (RFC 3156). */
function signed(mail: Mail): Mail {
  if (isMultipart(mail)) return mail;
  const inner = mail.headers.filter((line) => /^Content-/i.test(line));
  const outer = mail.headers.filter((line) => !/^(Content-|MIME-)/i.test(line));
  const type =
    'Content-Type: multipart/signed; micalg=pgp-sha512;\n\tprotocol="application/pgp-signature"; boundary="zYM0uC"';
  const head = inner.length === 0 ? ['Content-Type: text/plain; charset=us-ascii'] : inner;
  return {
    headers: [...outer, 'MIME-Version: 1.0', type],
    body: Buffer.concat([
      Buffer.from(`\n--zYM0uC\n${head.join('\n')}\n\n`, 'latin1'),
      mail.body,
      Buffer.from(
        '\n--zYM0uC\nContent-Type: application/pgp-signature; name="signature.asc"\n\n-----BEGIN PGP SIGNATURE-----\n\niQIz\n=abcd\n-----END PGP SIGNATURE-----\n\n--zYM0uC--\n',
      ),
    ]),
  };
}

/** What mailers, lists and archives do to a mail. */
const treatments: Readonly<Record<string, (mail: Buffer) => Buffer>> = {
  none: (mail) => mail,
  'base64, encoding first': (mail) => join(encoded(parse(mail), 'base64', 'first')),
  'base64, encoding last': (mail) => join(encoded(parse(mail), 'base64', 'last')),
  'quoted-printable, encoding first': (mail) => join(encoded(parse(mail), 'quoted-printable', 'first')),
  'quoted-printable, encoding last': (mail) => join(encoded(parse(mail), 'quoted-printable', 'last')),
  'no line From': (mail) => join(parse(mail), ''),
  'lines as in DOS': (mail) => Buffer.from(mail.toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1'),
  'PGP/MIME': (mail) => join(signed(parse(mail))),
};

/** Ways in which the mails of a series lie on a disk: returns what the lab is given. */
const layouts: Readonly<Record<string, (folder: string) => string>> = {
  folder: (folder) => folder,
  'folder of .mbx.gz': (folder) => {
    for (const name of readdirSync(folder)) {
      writeFileSync(path.join(folder, `${name}.mbx.gz`), gzipSync(readFileSync(path.join(folder, name))));
      rmSync(path.join(folder, name));
    }
    return folder;
  },
  mailbox: (folder) => {
    const file = `${folder}.mbox`;
    const mails = readdirSync(folder)
      .sort()
      .map((name) => readFileSync(path.join(folder, name)));
    writeFileSync(file, Buffer.concat(mails));
    return file;
  },
  'mailbox.gz': (folder) => {
    const file = `${folder}.mbox.gz`;
    const mails = readdirSync(folder)
      .sort()
      .map((name) => readFileSync(path.join(folder, name)));
    writeFileSync(file, gzipSync(Buffer.concat(mails)));
    return file;
  },
  Maildir: (folder) => {
    const maildir = `${folder}.maildir`;
    for (const part of ['cur', 'new', 'tmp']) mkdirSync(path.join(maildir, part), {recursive: true});
    for (const [index, name] of readdirSync(folder).sort().entries())
      writeFileSync(
        path.join(maildir, 'cur', `${1000 + index}.host:2,S`),
        readFileSync(path.join(folder, name)),
      );
    return maildir;
  },
};

interface Way {
  readonly chosen: readonly number[];
  readonly formatted: readonly string[];
  readonly treatment: string;
  readonly layout: string;
}

/** Applies a series in both ways. */
async function both({
  chosen,
  formatted,
  treatment,
  layout,
}: Way): Promise<readonly [am: unknown, lab: unknown]> {
  const repository = history(chosen);
  const folder = mkdtempSync(path.join(temporary, 'mails-'));
  git(repository.folder, 'format-patch', '-q', '-o', folder, ...formatted, `${repository.first}..topic`);
  const treat = treatments[treatment] ?? ((mail: Buffer) => mail);
  for (const name of readdirSync(folder))
    writeFileSync(path.join(folder, name), treat(readFileSync(path.join(folder, name))));
  // git am is given the patches: it does not know cover letters.
  const patches = readdirSync(folder)
    .filter((name) => !name.includes('cover-letter'))
    .sort();
  const aside = mkdtempSync(path.join(temporary, 'am-'));
  for (const name of patches) writeFileSync(path.join(aside, name), readFileSync(path.join(folder, name)));
  let inputs = patches.map((name) => path.join(aside, name));
  if (layout.startsWith('mailbox')) {
    const file = path.join(aside, 'all.mbox');
    writeFileSync(file, Buffer.concat(inputs.map((name) => readFileSync(name))));
    inputs = [file];
  }
  const given = layouts[layout]?.(folder) ?? folder;
  return [amResult(repository, inputs), await labResult(given)];
}

const all = changes.map((_, index) => index);

/** Lines that end as in DOS survive a mail only where it is encoded. */
const withoutDos = all.slice(0, -1);

for (const formatted of [
  [],
  ['--cover-letter'],
  ['--start-number=0'],
  ['-v2', '--cover-letter'],
  ['--attach'],
  ['--suffix=.mbx'],
])
  for (const treatment of Object.keys(treatments))
    test.serial(`format-patch ${formatted.join(' ')}: ${treatment}`, async (t) => {
      t.timeout(120_000);
      const whole = /^(base64|quoted)/.test(treatment) && !formatted.includes('--attach');
      const chosen = whole ? all : withoutDos;
      const [am, lab] = await both({chosen, formatted, treatment, layout: 'folder'});
      t.not(am, undefined, 'git am takes it');
      t.deepEqual(lab, am);
    });

for (const layout of Object.keys(layouts))
  test.serial(`a series as ${layout}`, async (t) => {
    t.timeout(120_000);
    const [am, lab] = await both({
      chosen: withoutDos,
      formatted: ['--cover-letter'],
      treatment: 'none',
      layout,
    });
    t.not(am, undefined, 'git am takes it');
    t.deepEqual(lab, am);
  });

testProp.serial(
  'what git am makes of a series the lab makes of it, and what it refuses is refused',
  [
    fc.record({
      chosen: fc.uniqueArray(fc.constantFrom(...all), {minLength: 1, maxLength: 4}),
      formatted: fc.uniqueArray(fc.constantFrom(...options), {maxLength: 3}),
      treatment: fc.constantFrom(...Object.keys(treatments)),
      layout: fc.constantFrom(...Object.keys(layouts)),
    }),
  ],
  async (t, way) => {
    t.timeout(600_000);
    const [am, lab] = await both(way);
    t.deepEqual(lab, am, JSON.stringify(way));
  },
  {numRuns: Number(process.env['P2PLAB_TEST_RUNS'] ?? 25)},
);

const diff = 'diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,2 @@\n-int v0;\n+int w0;\n int v1;\n';

const mail = (subject: string, body: string): string =>
  `From abc Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nSubject: ${subject}\n\n${body}\n`;

test.serial('a mail that says it is a patch and holds none is an error, wherever it lies', async (t) => {
  const empty = mail('[PATCH 2/2] lost on its way', 'An attachment was scrubbed.');
  const coded = mail('[PATCH 2/2] lost on its way', '').replace(
    '\n\n',
    `\nContent-Transfer-Encoding: base64\n\n${Buffer.from('words\n').toString('base64')}`,
  );
  for (const second of [empty, coded]) {
    const folder = writeTree({'0001-a.patch': mail('[PATCH 1/2] a', diff), '0002-b.patch': second});
    const error = await t.throwsAsync(
      async () => {
        const series = await readSeries(folder);
        await withWorkTree(fakeSource(base), [series], recordingContext(), () => Promise.resolve());
      },
      {instanceOf: UsageError},
    );
    t.regex(error.message, /0002-b\.patch: "\[PATCH 2\/2\] lost on its way" has no patch in it/);
    const file = path.join(mkdtempSync(path.join(temporary, 'box-')), 'thread.mbox');
    writeFileSync(file, `${mail('[PATCH 1/2] a', diff)}\n${second}`);
    t.is(await labResult(file), undefined);
  }
});

test.serial('answers in a thread are left out, and said to be', async (t) => {
  const file = path.join(mkdtempSync(path.join(temporary, 'box-')), 't.mbox.gz');
  const quoted = diff.replaceAll(/^/gm, '> ');
  const mails = [mail('[PATCH] a', diff), mail('Re: [PATCH] a', `${quoted}\nLooks good.`)];
  writeFileSync(file, gzipSync(mails.join('\n')));
  const context = recordingContext();
  await withWorkTree(fakeSource(base), [await readSeries(file)], context, ({folder}) => {
    t.regex(readFileSync(path.join(folder, 'a.c'), 'utf8'), /^int w0;/);
    return Promise.resolve();
  });
  t.true(context.reports.some(({text}) => text === 't.mbox.gz: Re: [PATCH] a holds no patch: left out'));
});

test.serial('patches that are no mails are applied as they are', async (t) => {
  const quilt = `Description: as Debian writes it\n of more than one line\nAuthor: A <a@example.org>\n\n${diff}`;
  const bare = 'Index: linux/a.c\n===================================================================\n';
  for (const text of [
    diff,
    quilt,
    `Words before it.\n\n${diff}`,
    `${bare}${diff.slice(diff.indexOf('---'))}`,
  ]) {
    const result = await labResult(writeTree({series: 'x.patch\n', 'x.patch': text}));
    t.regex(Buffer.from(result?.['a.c']?.split(' ')[1] ?? '', 'base64').toString(), /^int w0;/, text);
  }
});

test.serial('what is said of a patch that does not apply names no file that is gone', async (t) => {
  const folder = mkdtempSync(path.join(temporary, 'box-'));
  const file = path.join(folder, 'thread.mbox');
  const bad = diff.replace('-int v0;', '-int nothing;');
  writeFileSync(file, [mail('[PATCH 1/2] a', diff), mail('[PATCH 2/2] b', bad)].join('\n'));
  const broken = path.join(folder, 'broken.patch');
  writeFileSync(broken, mail('[PATCH] c', diff.replace('@@ -1,2 +1,2 @@', '@@ -1,9 +1,9 @@')));
  const garbled = path.join(folder, 'garbled.mbox.gz');
  writeFileSync(garbled, gzipSync('x').subarray(0, 12));
  for (const given of [file, broken, garbled]) {
    const error = await t.throwsAsync(
      async () => {
        const series = await readSeries(given);
        await withWorkTree(fakeSource(base), [series], recordingContext(), () => Promise.resolve());
      },
      {instanceOf: UsageError},
    );
    const {hint} = error;
    const named = `${error.message}\n${hint ?? ''}`.match(/[/~][^\s:;,"]+/g) ?? [];
    for (const name of named.filter((one) => one.includes('p2plab')))
      t.true(name.includes(path.basename(given)), `${name} in ${error.message}`);
  }
});
