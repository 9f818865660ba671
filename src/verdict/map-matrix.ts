// SPDX-License-Identifier: MIT
import type {Api} from '../spec/api.ts';
import {mapping} from '../topology/maptype.ts';
import {maskBits} from '../topology/dma-mask.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import {check, type Check} from './check.ts';
import type {Finding} from './finding.ts';
import {type Answer, checkAnswer, type Question, type World} from './reach.ts';

/** What the guest says of one provider and all functions that are no bridges. */
export interface MapMatrix {
  readonly provider: string;
  /** Where the page lies that was asked about. */
  readonly physical: number;
  readonly pairs: readonly Pair[];
}

/** `distance` is null where it could not be asked for; a mapping that was refused is the symbol of an errno. */
type Pair = {
  readonly client: string;
  readonly distance: number | 'not-supported' | null;
} & {readonly [A in Api]?: string | Mapped | {readonly error: string} | undefined};

interface Mapped {
  readonly address: number;
  readonly bus: boolean;
}

const matrixBytes = 4096;

/**
 * Compares what Linux says of each pair with our own model of the tree.
 * @returns a check for distances and one for each API
 */
export function checkMapMatrix(
  world: World,
  matrices: readonly MapMatrix[],
  {providers, clients, apis}: MatrixEntry,
): readonly Check[] {
  const byBdf = new Map(matrices.map((mapMatrix) => [mapMatrix.provider, mapMatrix]));
  const {topology} = world;
  const checks: readonly PairCheck[] = [
    {name: 'distance', differs: (pair) => differingDistance(topology, pair)},
    ...apis.map((by) => ({name: by, differs: (pair: Asked) => differingMapping(world, pair, by)})),
  ];
  const pairs = providers.flatMap((provider) => clients.map((client) => ({provider, client})));
  return checks.map(({name, differs}): Check => {
    const found = pairs.flatMap(({provider, client}): readonly Finding[] => {
      const mapMatrix = byBdf.get(nodeOf(topology, provider).bdf);
      const pair = mapMatrix?.pairs.find((other) => other.client === nodeOf(topology, client).bdf);
      if (mapMatrix === undefined || pair === undefined)
        return [{code: 'map-pair-missing', subject: client, parameters: {provider}}];
      const differing = differs({provider, client, mapMatrix, pair});
      return differing === undefined ? [] : [differing];
    });
    const [first, ...others] = found;
    const matches = {code: 'map-matches', parameters: {pairs: pairs.length}} as const;
    return check(name, first === undefined, 'guest', first ?? matches, others.length);
  });
}

interface Asked {
  readonly provider: string;
  readonly client: string;
  readonly mapMatrix: MapMatrix;
  readonly pair: Pair;
}

interface PairCheck {
  readonly name: Check['name'];
  /** How what Linux reports differs. */
  readonly differs: (asked: Asked) => Finding | undefined;
}

/** Which pairs were to be asked about. */
export interface MatrixEntry {
  readonly providers: readonly string[];
  readonly clients: readonly string[];
  readonly apis: readonly Api[];
}

function differingDistance(topology: Topology, {provider, client, pair}: Asked): Finding | undefined {
  const {type, distance, reason} = mapping(topology, {provider, client});
  const expected = type === 'not-supported' ? type : distance;
  if (pair.distance === expected) return undefined;
  const parameters = {provider, distance: pair.distance, expected, why: reason};
  return {code: 'distance-differs', subject: client, parameters};
}

function differingMapping(
  world: World,
  {provider, client, mapMatrix, pair}: Asked,
  by: Api,
): Finding | undefined {
  const said = pair[by];
  if (said === undefined)
    return {code: 'map-result-missing', subject: client, parameters: {provider, api: by}};
  // The lab's module could not ask: that is told beside the checks.
  if (typeof said === 'object' && 'error' in said) return undefined;
  const question: Question = {
    initiator: client,
    api: by,
    maskBits: maskBits(world.topology, client),
    segments: [{memory: provider, length: matrixBytes}],
  };
  const answer: Answer = {
    refusal: typeof said === 'string' ? said : null,
    pieces: [{address: mapMatrix.physical, bytes: matrixBytes, peer: true}],
    mappings: typeof said === 'string' ? [] : [{...said, bytes: matrixBytes}],
  };
  return checkAnswer(world, question, answer).find(({ok}) => !ok)?.finding;
}

/** What the lab's module could not ask about: that says nothing about the kernel. */
export function mapMatrixGaps(matrices: readonly MapMatrix[]): readonly Finding[] {
  return matrices.flatMap(({provider, pairs}) =>
    pairs.flatMap(({client, sg, page, resource}) =>
      [sg, page, resource].flatMap((said): readonly Finding[] =>
        typeof said === 'object' && 'error' in said
          ? [{code: 'module-map-failed', subject: client, parameters: {provider, error: said.error}}]
          : [],
      ),
    ),
  );
}
