// SPDX-License-Identifier: MIT
import {globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import test from 'ava';
import {parse} from 'yaml';
import type {z} from 'zod';
import {labRoot} from '../../src/base/paths.ts';
import {type JsonSchema, jsonSchemaOf, type SchemaKind, schemaKinds} from '../../src/formats/json-schema.ts';
import {kernelSchema} from '../../src/spec/kernel.ts';
import {variantSchema} from '../../src/spec/variant.ts';
import {mutantSchema} from '../../src/spec/mutant.ts';
import {scenarioFileSchema, scenarioSchema} from '../../src/scenario/scenario-file.ts';
import {suiteSchema} from '../../src/spec/suite.ts';
import {topologySchema} from '../../src/spec/topology.ts';

const ajv = new Ajv2020({strict: true, strictRequired: false, strictTypes: false, allErrors: true});

const validators = Object.fromEntries(
  schemaKinds.map((kind) => [kind, ajv.compile(jsonSchemaOf(kind))]),
) as unknown as Record<SchemaKind, ReturnType<typeof ajv.compile>>;

const folders: Record<SchemaKind, string> = {
  topology: 'lab/topologies',
  scenario: 'scenarios',
  kernel: 'lab/kernels',
  variant: 'lab/variants',
  suite: 'lab/suites',
  mutant: 'lab/mutants',
};

interface Example {
  readonly kind: SchemaKind;
  readonly file: string;
  readonly value: unknown;
}

/** All YAML files of the repository that p2plab reads. */
const examples: readonly Example[] = globSync('{lab,scenarios,test}/**/*.yaml', {cwd: labRoot}).map(
  (file) => {
    const value: unknown = parse(readFileSync(path.join(labRoot, file), 'utf8'));
    const kind = schemaKinds.find((each) => file.startsWith(`${folders[each]}/`));
    const isTree = typeof value === 'object' && value !== null && 'devices' in value;
    return {kind: kind ?? (isTree ? 'topology' : 'scenario'), file, value};
  },
);

for (const kind of schemaKinds) {
  test(`every ${kind} of the repository is valid`, (t) => {
    const own = examples.filter((example) => example.kind === kind);
    t.not(own.length, 0);
    for (const {file, value} of own) {
      t.true(validators[kind](value), `${file}: ${ajv.errorsText(validators[kind].errors)}`);
    }
  });

  test(`every key of a ${kind} is described, and every default is valid`, (t) => {
    walk(jsonSchemaOf(kind), kind, (schema, where) => {
      for (const [key, value] of Object.entries(schema.properties ?? {})) {
        // A condition repeats a key without its meaning.
        if (!where.includes('/allOf/')) t.truthy(value.description, `${where}: ${key}`);
      }
      if (schema.default === undefined) return;
      const {default: value, ...rest} = schema;
      t.true(ajv.validate(rest, value), `${where}: ${JSON.stringify(value)}`);
    });
  });
}

/** Visits a schema and all schemas in it. */
function walk(schema: unknown, where: string, visit: (schema: JsonSchema, where: string) => void): void {
  if (typeof schema !== 'object' || schema === null) return;
  visit(schema, where);
  for (const [key, value] of Object.entries(schema)) {
    if (key !== 'default' && key !== 'enum') walk(value, `${where}/${key}`, visit);
  }
}

/** Broken files, and what is right about them otherwise. */
const broken: Readonly<Record<SchemaKind, readonly string[]>> = {
  topology: [
    '{devices: {}}',
    '{description: " ", devices: {}}',
    '{description: x}',
    '{description: x, devices: {}, cpu: host}',
    '{description: x, devices: {}, cpus: 0}',
    '{description: x, devices: {}, memory: 16 MiB}',
    '{description: x, devices: {}, iommu-mode: lazy}',
    '{description: x, devices: {}, iommu: smmuv3}',
    '{description: x, devices: {}, iommu: amd, iommu-mode: lazy}',
    '{description: x, devices: {}, iommu: virtio, iommu-mode: off}',
    '{description: x, devices: {}, machine: virt, cpu-vendor: AuthenticAMD}',
    '{description: x, devices: {}, machine: imx8mp-evk, cpus: 5}',
    '{description: x, devices: {}, bus-base: 0x10000000}',
    '{description: x, devices: {}, machine: imx8mp-evk, bus-base: 0x10000001}',
    '{description: x, devices: {lab: {type: nvme}}}',
    '{description: x, devices: {A: {type: nvme}}}',
    '{description: x, devices: {a: {type: nvmee}}}',
    '{description: x, devices: {a: {type: nvme, disk: 1MB}}}',
    '{description: x, devices: {a: {type: nvme, vram: 1MiB}}}',
    '{description: x, devices: {a: {type: root-port, acs: yes}}}',
    '{description: x, devices: {a: {type: ivshmem}}}',
  ],
  scenario: [
    '{description: x, steps: [{run: {command: ["true"]}}]}',
    '{description: x, topology: t}',
    '{description: x, topology: t, steps: []}',
    '{description: x, topology: t, steps-from: y, steps: [{run: {command: ["true"]}}]}',
    '{description: x, topology: t, steps: [{}]}',
    '{description: x, topology: t, steps: [{bind: a, unbind: a}]}',
    '{description: x, topology: t, steps: [{bind: a, expect: peer}]}',
    '{description: x, topology: t, steps: [{bind: a, timeout: 0}]}',
    '{description: x, topology: t, steps: [{fly: a}]}',
    '{description: x, topology: t, steps: [{copy: {from: a, through: b}}]}',
    '{description: x, topology: t, steps: [{mmap: {provider: a, bytes: 4KiB, expect-error: wrong}}]}',
    '{description: x, topology: t, steps: [{mmap: {provider: a, bytes: 4KiB, during: {}}}]}',
    '{description: x, topology: t, steps: [{mmap: {provider: a, bytes: 4KiB, during: {unbind: a, unload: b}}}]}',
    '{description: x, topology: t, steps: [{stress: {drives: [a, a], through: [b]}}]}',
    '{description: x, topology: t, requires: [flying], steps: [{bind: a}]}',
    '{description: x, topology: t, kernel-arguments: ["a b"], steps: [{bind: a}]}',
  ],
  kernel: [
    '{description: x}',
    '{description: x, source: {}}',
    '{description: x, source: {tree: a, tarball: b}}',
    '{description: x, source: {git: a}}',
    '{description: x, source: {tree: a, revision: b}}',
    '{description: x, source: {tarball: a, suite: sid}}',
    '{description: x, source: {package: "-o"}}',
    '{description: x, source: {tree: a}, architectures: []}',
    '{description: x, source: {tree: a}, missing: [map-page]}',
  ],
  variant: [
    '{description: x, timeout-scale: 0}',
    '{description: x, command-line: ["a b"]}',
    '{description: x, post-commands: [[]]}',
    '{description: x, count: true}',
  ],
  suite: [
    '{description: x, kernels: [], scenarios: [a]}',
    '{description: x, kernels: [a], scenarios: [a], exclude: [{}]}',
    '{description: x, kernels: [a], scenarios: [a], retries: 10}',
  ],
  mutant: [
    '{description: x, rule: y}',
    '{description: x, rule: " ", killed-by: [{scenario: a, evidence: [ledger]}]}',
    '{description: x, rule: y, killed-by: []}',
    '{description: x, rule: y, killed-by: [{scenario: a, evidence: [Ledger]}]}',
    '{description: x, rule: y, killed-by: [{scenario: a, evidence: [ledger]}], only-on: {where: a, why: b}}',
    '{description: x, rule: y, only-on: {where: a, why: " "}}',
  ],
};

const schemas: Readonly<Record<SchemaKind, z.ZodType>> = {
  topology: topologySchema,
  scenario: scenarioFileSchema,
  kernel: kernelSchema,
  variant: variantSchema,
  suite: suiteSchema,
  mutant: mutantSchema,
};

/** Whether p2plab takes a value as a file of this kind, as far as the file alone says. */
function isAccepted(kind: SchemaKind, value: unknown): boolean {
  // A scenario is read by one of two schemas; what is left of both is not its JSON Schema's to say.
  const steps =
    kind === 'scenario' && typeof value === 'object' && value !== null && !('steps-from' in value);
  return (steps ? scenarioSchema : schemas[kind]).safeParse(value).success;
}

for (const kind of schemaKinds) {
  test(`a broken ${kind} is not valid`, (t) => {
    for (const text of broken[kind]) {
      const value: unknown = parse(text);
      t.false(validators[kind](value), text);
    }
  });
}

/** Copies of a value, each with one change: a key that is unknown or missing, or a part of another type. */
function* changes(value: unknown): Generator {
  yield null;
  yield typeof value === 'string' ? [] : 'not-of-this-type';
  if (Array.isArray(value)) {
    yield {};
    for (const [index, item] of (value as readonly unknown[]).entries()) {
      for (const changed of changes(item)) yield value.with(index, changed);
    }
  } else if (typeof value === 'object' && value !== null) {
    yield {...value, 'no-such-key': 1};
    for (const [key, part] of Object.entries(value)) {
      const {[key as keyof typeof value]: _gone, ...rest} = value;
      yield rest;
      for (const changed of changes(part)) yield {...value, [key]: changed};
    }
  }
}

test('the schemas and p2plab refuse the same changes of files', (t) => {
  let refused = 0;
  // Most scenarios are alike, and there are twenty thousand changes of all of them.
  const some = examples.filter(({kind}, index) => kind !== 'scenario' || index % 4 === 0);
  for (const {kind, file, value} of some) {
    for (const changed of changes(value)) {
      const isValid = validators[kind](changed) as boolean;
      if (isValid === isAccepted(kind, changed)) {
        if (!isValid) refused++;
        continue;
      }
      t.fail(`${file}: ${isValid ? 'only p2plab' : 'only the schema'} refuses ${JSON.stringify(changed)}`);
    }
  }
  t.log(`${refused} changes refused`);
  t.true(refused > 1000);
});

test('each file names its schema, where "p2plab schema --write" writes it', (t) => {
  for (const {kind, file} of examples) {
    const text = readFileSync(path.join(labRoot, file), 'utf8');
    const target = path.relative(path.dirname(file), `.schemas/${kind}.json`);
    t.true(text.includes(`\n# yaml-language-server: $schema=${target}\n`), file);
  }
});
