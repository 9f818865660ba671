// SPDX-License-Identifier: MIT
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Argument, type Command} from '@commander-js/extra-typings';
import {UsageError} from '../base/errors.ts';
import {displayPath, labRoot} from '../base/paths.ts';
import {jsonSchemaOf, type SchemaKind, schemaKinds} from '../formats/json-schema.ts';

/** Where the `yaml-language-server` lines of the lab's files point to; git ignores it. */
const folder = path.join(labRoot, '.schemas');

/** `p2plab schema`. */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a kind of YAML file')
    .addArgument(new Argument('[kind]', 'the kind of file').choices(schemaKinds))
    .option('--write', 'write all of them to .schemas/ in the clone, where editors look for them', false)
    .action((kind, {write}) => {
      if (write === (kind !== undefined)) {
        throw new UsageError(write ? '--write writes the schemas of all kinds' : 'no kind of file given', {
          hint: write ? `drop "${kind ?? ''}" or --write` : `name one of ${schemaKinds.join(', ')}`,
        });
      }
      if (kind === undefined) writeAll();
      else process.stdout.write(textOf(kind));
    });
}

function textOf(kind: SchemaKind): string {
  return `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`;
}

function writeAll(): void {
  mkdirSync(folder, {recursive: true});
  for (const kind of schemaKinds) writeFileSync(path.join(folder, `${kind}.json`), textOf(kind));
  process.stdout.write(`wrote ${schemaKinds.length} schemas to ${displayPath(folder)}\n`);
}
