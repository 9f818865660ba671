// SPDX-License-Identifier: MIT
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {labRoot} from '../../src/base/paths.ts';

const source = path.join(labRoot, 'src');

/** What a file of src/ imports: packages by name, files by their path in src/. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(path.join(source, file), 'utf8');
  const names = [...text.matchAll(/(?:\bfrom|\bimport\(|^import) ?'([^']+)'/gm)].map(([, name = '']) => name);
  return names.map((name) => (name.startsWith('.') ? path.join(path.dirname(file), name) : name));
}

const files = readdirSync(source, {recursive: true, encoding: 'utf8'}).filter((file) => file.endsWith('.ts'));

test('only a transport imports its library, and only the list of transports imports a transport', (t) => {
  t.true(files.includes('guest/ssh/connection.ts'));
  for (const file of files.filter((one) => !one.startsWith('guest/ssh/'))) {
    const imports = importsOf(file);
    t.false(imports.includes('ssh2'), `${file} imports ssh2`);
    if (file === 'guest/transports.ts') continue;
    t.deepEqual(
      imports.filter((one) => one.startsWith('guest/ssh/')),
      [],
      `${file} imports a transport`,
    );
  }
});
