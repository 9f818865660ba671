// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';
import {referencePage} from '../../src/formats/reference.ts';
import {verbNames} from '../../src/steps/registry.ts';

test('docs/reference.md is up to date', (t) => {
  const file = path.join(labRoot, 'docs/reference.md');
  t.is(readFileSync(file, 'utf8'), referencePage(), 'run "npm run reference"');
});

test('the reference has a section for each verb, and no empty cell where a meaning belongs', (t) => {
  const page = referencePage();
  for (const verb of verbNames) t.true(page.includes(`### Verb \`${verb}\`\n`), verb);
  t.notRegex(page, /\|\s*\|$/m);
});
