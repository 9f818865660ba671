// SPDX-License-Identifier: MIT
import test from 'ava';
import {schemaKinds} from '../../src/formats/json-schema.ts';
import {p2plab} from './p2plab.ts';

test('the schema of a kind is JSON on standard output', async (t) => {
  const {exitCode, stdout, stderr} = await p2plab(['schema', 'topology']);
  t.deepEqual([exitCode, stderr], [0, '']);
  t.like(JSON.parse(stdout), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'p2plab topology',
  });
});

for (const [args, said] of [
  [['schema'], `no kind of file given\n        name one of ${schemaKinds.join(', ')}`],
  [
    ['schema', 'variant', '--write'],
    '--write writes the schemas of all kinds\n        drop "variant" or --write',
  ],
  [['schema', 'lan'], `Allowed choices are ${schemaKinds.join(', ')}`],
] as const) {
  test(`p2plab ${args.join(' ')}: a usage error`, async (t) => {
    const {exitCode, stdout, stderr} = await p2plab(args);
    t.deepEqual([exitCode, stdout], [2, '']);
    t.true(stderr.includes(said), stderr);
  });
}
