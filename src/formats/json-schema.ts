// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {kernelSchema} from '../spec/kernel.ts';
import {variantSchema} from '../spec/variant.ts';
import {mutantSchema} from '../spec/mutant.ts';
import {scenarioFileSchema} from '../scenario/scenario-file.ts';
import {suiteSchema} from '../spec/suite.ts';
import {topologySchema} from '../spec/topology.ts';

const schemas = {
  topology: topologySchema,
  scenario: scenarioFileSchema,
  kernel: kernelSchema,
  variant: variantSchema,
  suite: suiteSchema,
  mutant: mutantSchema,
} as const;

/** A kind of YAML file that has a schema. */
export type SchemaKind = keyof typeof schemas;

export const schemaKinds = Object.keys(schemas) as readonly SchemaKind[];

/** A JSON Schema, as far as ours go: draft 2020-12. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

/**
 * Returns the JSON Schema of files of a kind, for editors. A file that it refuses, p2plab refuses too. The reverse does
 * not hold: zod has no JSON Schema for refinements. Where one has an equivalent, it stands beside the refinement as
 * `.meta()`; p2plab alone checks what compares several values, and names in other files.
 */
export function jsonSchemaOf(kind: SchemaKind): JsonSchema {
  const schema = z.toJSONSchema(schemas[kind], {
    target: 'draft-2020-12',
    io: 'input',
    override({zodSchema: {_zod: zod}, jsonSchema}) {
      // zod drops the default of what a transform follows, because it is an output. All of ours are inputs as well.
      if (zod.def.type === 'default') jsonSchema.default = z.json().parse(zod.def.defaultValue);
      // Every integer has these limits: they tell a reader nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const {$schema, ...rest} = schema;
  return {$schema, title: `p2plab ${kind}`, ...rest} as JsonSchema;
}
