// SPDX-License-Identifier: MIT
import {temporary} from '../base/temporary-cache.ts';
import {readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {baseCommitIn} from '../../src/build/base-commit.ts';
import {prefixesOf} from '../../src/build/prefixes.ts';
import {patchBetween, writeTree} from './fake-linux.ts';

const diff = patchBetween({'a.c': 'int one;\n'}, {'a.c': 'int two;\n'});
const other = patchBetween({'a.c': 'int two;\n'}, {'a.c': 'int three;\n'});

const mail = (subject: string, body: string): string =>
  `From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nDate: Sat, 1 Apr 2017 00:00:00 +0000\nSubject: ${subject}\n\n${body}\n`;

test('a folder is given patch by patch, each with what comes before it', async (t) => {
  const folder = writeTree({
    '0000-cover-letter.patch': mail('[PATCH 0/2] All of it', 'Hello'),
    '0001-one.patch': mail('[PATCH v3 1/2] PCI/P2PDMA: Say\n one thing', diff),
    '0002-two.patch': other,
  });
  const patches = await prefixesOf(folder);
  t.deepEqual(
    patches.map(({subject}) => subject),
    ['PCI/P2PDMA: Say one thing', '0002-two.patch'],
  );
  t.deepEqual(
    patches.map(({upTo}) => readdirSync(upTo)),
    [['0001.patch'], ['0001.patch', '0002.patch']],
  );
});

test('a mailbox as b4 writes it is split, its cover letter left out', async (t) => {
  const file = path.join(temporary, 'b4.mbx');
  const base = 'base-commit: 1234567890123456789012345678901234567890\n';
  writeFileSync(
    file,
    [mail('[PATCH 0/2] All', base), mail('[PATCH 1/2] One', diff), mail('[PATCH 2/2] Two', other)].join('\n'),
  );
  const patches = await prefixesOf(file);
  t.deepEqual(
    patches.map(({subject}) => subject),
    ['One', 'Two'],
  );
  t.is(baseCommitIn(mail('[PATCH 0/2] All', base)), '1234567890123456789012345678901234567890');
  t.is(baseCommitIn('base-commit: none'), undefined);
});
