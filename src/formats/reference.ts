// SPDX-License-Identifier: MIT
import {stringify} from 'yaml';
import {formatBytes} from '../base/bytes.ts';
import {features, baseFeatures} from '../spec/features.ts';
import {type JsonSchema, jsonSchemaOf, type SchemaKind} from './json-schema.ts';
import {type VerbName, verbNames, verbs} from '../steps/registry.ts';

interface Chapter {
  readonly kind: SchemaKind;
  readonly title: string;
  /** Where such files are. */
  readonly place: string;
}

const chapters: readonly Chapter[] = [
  {kind: 'topology', title: 'Topologies', place: 'lab/topologies/NAME.yaml'},
  {kind: 'scenario', title: 'Scenarios', place: 'scenarios/NAME.yaml'},
  {kind: 'kernel', title: 'Kernels', place: 'lab/kernels/NAME.yaml'},
  {kind: 'variant', title: 'Variants', place: 'lab/variants/NAME.yaml'},
  {kind: 'suite', title: 'Suites', place: 'lab/suites/NAME.yaml'},
  {kind: 'mutant', title: 'Mutants', place: 'lab/mutants/NAME/mutant.yaml'},
];

/** Returns docs/reference.md: all keys, device types, verbs and features, from the schemas. */
export function referencePage(): string {
  const sections = [
    '<!-- SPDX-License-Identifier: MIT -->',
    '<!-- Generated from the schemas by "npm run reference". Do not edit. -->',
    '# Reference',
    'All keys of the YAML files that p2plab reads. Sizes are written `64KiB`, `16MiB`, `1GiB` or as a number of bytes.',
    ...chapters.flatMap(chapter),
    '## Features',
    'What a kernel can support and plain Linux 6.12 does not (`features`, `requires`):',
    sentences(features),
    'What plain Linux 6.12 supports and a kernel may not (`missing`):',
    sentences(baseFeatures),
  ];
  return `${sections.join('\n\n')}\n`;
}

function chapter({kind, title, place}: Chapter): readonly string[] {
  const schema = jsonSchemaOf(kind);
  const head = [`## ${title}`, `\`${place}\``, keyTable(schema)];
  if (kind === 'topology') return [...head, ...deviceSections(schema)];
  if (kind === 'scenario') return [...head, ...verbSections(schema)];
  return head;
}

function deviceSections(topology: JsonSchema): readonly string[] {
  const devices = topology.properties?.['devices']?.additionalProperties;
  const types = typeof devices === 'object' ? (devices.oneOf ?? []) : [];
  const shared = sharedKeys(types);
  return [
    '### Keys of all devices',
    `\`function\` is a key of endpoints only.`,
    table(shared.map(([key, value]) => row(key, value, false))),
    ...types.flatMap((type) => {
      const isOwn = (key: string): boolean => key !== 'type' && !shared.some(([other]) => other === key);
      const own = rows(type).filter(([key]) => isOwn(key.replaceAll('`', '')));
      const name = String(type.properties?.['type']?.const);
      return [`### Device type \`${name}\``, sentence(type), ...(own.length > 0 ? [table(own)] : [])];
    }),
  ];
}

/** The keys that most of the device types have. */
function sharedKeys(types: readonly JsonSchema[]): readonly (readonly [string, JsonSchema])[] {
  const all = new Map(types.flatMap(({properties}) => Object.entries(properties ?? {})));
  const isShared = (key: string): boolean =>
    types.filter(({properties}) => properties?.[key] !== undefined).length > types.length / 2;
  return [...all].filter(([key]) => key !== 'type' && isShared(key));
}

function verbSections(scenario: JsonSchema): readonly string[] {
  const step = scenario.properties?.['steps']?.items ?? {};
  const isVerb = (key: string): key is VerbName => Object.hasOwn(verbs, key);
  const around = Object.entries(step.properties ?? {}).filter(([key]) => !isVerb(key));
  const moving = verbNames.filter((name) => verbs[name].movesData).map(code);
  return [
    '### Keys of all steps',
    `A step has exactly one verb, and any of these keys. \`expect\` applies to verbs that move data: ${moving.join(', ')}.`,
    table(around.map(([key, value]) => row(key, value, false))),
    ...verbNames.flatMap((name) => {
      const options = step.properties?.[name] ?? {};
      const keys = options.properties === undefined ? `Value: ${typeOf(options)}.` : keyTable(options);
      const example = stringify([{[name]: verbs[name].example}], {
        lineWidth: 0,
        flowCollectionPadding: false,
      });
      return [`### Verb \`${name}\``, sentence(options), keys, `\`\`\`yaml\n${example}\`\`\``];
    }),
  ];
}

type Row = readonly [key: string, value: string, without: string, meaning: string];

function keyTable(schema: JsonSchema): string {
  return table(rows(schema));
}

function table(body: readonly Row[]): string {
  const lines = [['key', 'value', 'default', 'meaning'], ['---', '---', '---', '---'], ...body];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A row for each key, and below it those of the keys in it: `iovec[].bytes`. */
function rows(schema: JsonSchema, prefix = ''): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    // Steps have a section of their own.
    const items = name === 'steps' ? undefined : value.items;
    return [
      row(name, value, schema.required?.includes(key) === true),
      ...rows(value, `${name}.`),
      ...(items === undefined ? [] : rows(items, `${name}[].`)),
    ];
  });
}

function row(name: string, schema: JsonSchema, isRequired: boolean): Row {
  const without = schema.default === undefined ? '' : defaultOf(schema);
  return [code(name), typeOf(schema), isRequired ? 'required' : without, sentence(schema)];
}

function defaultOf(schema: JsonSchema): string {
  const {default: value} = schema;
  if (Array.isArray(value) && value.length > 0) return value.map((each) => code(String(each))).join(', ');
  if (typeof value === 'object') return 'empty';
  return schema.title?.startsWith('size') === true && typeof value === 'number' && value > 0
    ? formatBytes(value)
    : code(typeof value === 'string' ? value : JSON.stringify(value));
}

/** What a value can be, in words. */
function typeOf(schema: JsonSchema): string {
  const {title, type, items, additionalProperties: values} = schema;
  if (schema.const !== undefined) return code(String(schema.const));
  if (title !== undefined) return title;
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(', ');
  const either = schema.anyOf ?? schema.oneOf;
  if (type === 'array')
    return `list of ${items?.properties === undefined ? plural(typeOf(items ?? {})) : 'mappings'}`;
  if (type === 'object' && schema.properties === undefined && typeof values === 'object') {
    return `mapping to ${values.oneOf === undefined ? plural(typeOf(values)) : 'mappings'}`;
  }
  if (type === 'object') return 'mapping';
  if (either !== undefined) return [...new Set(either.map(typeOf))].join(' or ');
  if (type === 'integer' || type === 'number') return `${type}${range(schema)}`;
  return type ?? 'any';
}

/** `device ID or host-memory` in the plural: `device IDs or host-memory`. */
function plural(words: string): string {
  if (/^(list|mapping) /.test(words)) return words.replace(' ', 's ');
  return words.replace(/^[A-Za-z ]+?(?= or |,|$)/, '$&s');
}

function range({minimum, maximum, exclusiveMinimum, multipleOf}: JsonSchema): string {
  const least = minimum ?? exclusiveMinimum;
  const from = minimum === undefined ? `more than ${least ?? ''}` : `at least ${minimum}`;
  const both = minimum === undefined ? `${from}, at most ${maximum ?? ''}` : `${minimum} to ${maximum ?? ''}`;
  const limits = least === undefined ? '' : `, ${maximum === undefined ? from : both}`;
  return `${limits}${multipleOf === undefined ? '' : `, a multiple of ${multipleOf}`}`;
}

function sentence({description = ''}: JsonSchema): string {
  return description.replaceAll('|', String.raw`\|`);
}

function sentences(words: Readonly<Record<string, string>>): string {
  const lines = Object.entries(words).map(([word, text]) => `| ${code(word)} | ${text} |`);
  return ['| word | meaning |', '| --- | --- |', ...lines].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
