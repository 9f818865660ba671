// SPDX-License-Identifier: MIT
// KCIDB's schema 5.3 as far as p2plab writes objects of it: names, types, patterns and what is required, written down
// from the text of kcidb_io/schema/v05_03.py.

const text = {type: 'string', pattern: '^[^\\0]*$'} as const;
const id = {type: 'string', pattern: '^[a-z0-9_]+:[^\\0]*$'} as const;
const origin = {type: 'string', pattern: '^[a-z0-9_]+$'} as const;
const date = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
};
const excerpt = {...text, maxLength: 16_384};
const status = {enum: ['FAIL', 'ERROR', 'MISS', 'PASS', 'DONE', 'SKIP']} as const;
const misc = {type: 'object'} as const;

function object(properties: object, required: readonly string[]): object {
  return {type: 'object', properties, required, additionalProperties: false};
}

const checkout = object(
  {
    ...{id, origin, tree_name: text, comment: text, start_time: date, log_excerpt: excerpt, misc},
    patchset_hash: {type: 'string', pattern: '^$|^[0-9a-f]{64}$'},
    git_commit_hash: {type: 'string', pattern: '^[0-9a-f]{40}$'},
    valid: {type: 'boolean'},
  },
  ['id', 'origin'],
);

const build = object(
  {
    ...{id, checkout_id: id, origin, comment: text, start_time: date, duration: {type: 'number'}},
    architecture: {type: 'string', pattern: '^[a-z0-9_]*$'},
    ...{command: text, compiler: text, config_name: text, log_excerpt: excerpt, status, misc},
  },
  ['checkout_id', 'id', 'origin'],
);

const runOfTest = object(
  {
    ...{id, build_id: id, origin, comment: text, log_excerpt: excerpt, status, start_time: date, misc},
    environment: object({comment: text, misc}, []),
    path: {type: 'string', pattern: '^$|^[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*$'},
    duration: {type: 'number'},
    number: object({value: {type: 'number'}, unit: text, prefix: {enum: ['metric', 'binary']}}, ['value']),
  },
  ['build_id', 'id', 'origin'],
);

export const kcidbSchema = object(
  {
    version: object({major: {const: 5}, minor: {type: 'integer', minimum: 0, maximum: 3}}, ['major']),
    checkouts: {type: 'array', items: checkout},
    builds: {type: 'array', items: build},
    tests: {type: 'array', items: runOfTest},
  },
  ['version'],
);
