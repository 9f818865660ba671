// SPDX-License-Identifier: MIT
/**
 * Names that bundles of older versions have: the old one, then the one that took its place. Only what reads stored
 * files knows them.
 * Terms: lane gap verbs counted awkward keys nowhere
 */
const renames: Readonly<Record<Table, Readonly<Record<string, string>>>> = {
  /** Keys of a run. */
  run: {lane: 'variant', gap: 'knownIssue', independent: 'continueOnFailure'},
  /** Keys of a step. */
  step: {gap: 'knownIssue'},
  /** Keys of an entry of the ledger. */
  ledger: {way: 'route'},
  /** Verbs. */
  verbs: {survey: 'map-matrix', probe: 'map-probe', starve: 'fail-allocations', exhaust: 'drain-pool'},
  /** Directories of scenarios. */
  scenarios: {
    'gaps/': 'known-issues/',
    'probe/': 'map-probe/',
    'counted/': 'map-cost/',
    'awkward/': 'lifecycle/',
  },
  /** Topologies. */
  topologies: {
    'counted-provider': 'map-cost-provider',
    'counted-no-provider': 'map-cost-no-provider',
    awkward: 'lifecycle',
  },
  /** Variants. */
  variants: {counted: 'instruction-count'},
  /** Targets of DMA. */
  targets: {nowhere: 'unmapped'},
  /** Routes of DMA. */
  routes: {up: 'upstream', turned: 'peer-to-peer'},
};

type Table =
  | 'run'
  | 'step'
  | 'ledger'
  | 'verbs'
  | 'scenarios'
  | 'topologies'
  | 'variants'
  | 'targets'
  | 'routes';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same fields, under the names that they have now; a field that has its new name already stays. */
function renamedKeys(fields: Fields, table: Table): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => {
      const now = Object.hasOwn(renames[table], key) ? renames[table][key] : undefined;
      if (now === undefined) return [[key, value]];
      return Object.hasOwn(fields, now) ? [] : [[now, value]];
    }),
  );
}

function renamedValue(fields: Fields, key: string, table: Table): Fields {
  const value = fields[key];
  if (typeof value !== 'string' || !Object.hasOwn(renames[table], value)) return fields;
  return {...fields, [key]: renames[table][value]};
}

function renamedScenario(fields: Fields): Fields {
  const {scenario} = fields;
  if (typeof scenario !== 'string') return fields;
  const found = Object.entries(renames.scenarios).find(([before]) => scenario.startsWith(before));
  return found === undefined
    ? fields
    : {...fields, scenario: `${found[1]}${scenario.slice(found[0].length)}`};
}

const each = (value: unknown, change: (fields: Fields) => Fields): unknown =>
  Array.isArray(value) ? value.map((one: unknown) => (isFields(one) ? change(one) : one)) : value;

/** The content of a bundle's `result.json` or `inputs.json` with the names that it would have now; it is not checked. */
export function withNewNames(content: unknown): unknown {
  if (!isFields(content)) return content;
  const run = renamedScenario(
    renamedValue(renamedValue(renamedKeys(content, 'run'), 'variant', 'variants'), 'topology', 'topologies'),
  );
  if (!Object.hasOwn(run, 'steps')) return run;
  const entry = (fields: Fields): Fields =>
    renamedValue(renamedValue(renamedKeys(fields, 'ledger'), 'target', 'targets'), 'route', 'routes');
  const step = (fields: Fields): Fields => {
    const named = renamedValue(renamedKeys(fields, 'step'), 'verb', 'verbs');
    return Object.hasOwn(named, 'ledger') ? {...named, ledger: each(named['ledger'], entry)} : named;
  };
  return {...run, steps: each(run['steps'], step)};
}
