// SPDX-License-Identifier: MIT
import type {Api} from '../spec/api.ts';
import {mapping} from '../topology/maptype.ts';
import {maskBits} from '../topology/dma-mask.ts';
import {nodeOf, type Topology} from '../topology/model.ts';
import type {Check} from './check.ts';
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
    const found = pairs.flatMap(({provider, client}): readonly Differing[] => {
      const mapMatrix = byBdf.get(nodeOf(topology, provider).bdf);
      const pair = mapMatrix?.pairs.find((other) => other.client === nodeOf(topology, client).bdf);
      if (mapMatrix === undefined || pair === undefined)
        return [{detail: `the guest says nothing of ${client} and ${provider}.`}];
      const differing = differs({provider, client, mapMatrix, pair});
      return differing === undefined ? [] : [differing];
    });
    const [first, ...others] = found;
    const more = others.length === 0 ? '' : ` (and ${others.length} more pairs)`;
    const detail =
      first === undefined ? `${pairs.length} pairs are as the tree says.` : `${first.detail}${more}`;
    return {name, ok: first === undefined, witness: 'guest', detail};
  });
}

interface Asked {
  readonly provider: string;
  readonly client: string;
  readonly mapMatrix: MapMatrix;
  readonly pair: Pair;
}

/** What is wrong with a pair, as a check says it. */
type Differing = Pick<Check, 'detail'>;

interface PairCheck {
  readonly name: string;
  /** How what Linux says differs, in words. */
  readonly differs: (asked: Asked) => Differing | undefined;
}

/** Which pairs were to be asked about. */
export interface MatrixEntry {
  readonly providers: readonly string[];
  readonly clients: readonly string[];
  readonly apis: readonly Api[];
}

function differingDistance(topology: Topology, {provider, client, pair}: Asked): Differing | undefined {
  const {type, distance, reason} = mapping(topology, {provider, client});
  const wanted = type === 'not-supported' ? type : distance;
  if (pair.distance === wanted) return undefined;
  const detail = `from ${client} to ${provider} Linux counts ${pair.distance ?? 'nothing'}, the model ${wanted}: ${reason}`;
  return {detail};
}

function differingMapping(
  world: World,
  {provider, client, mapMatrix, pair}: Asked,
  by: Api,
): Differing | undefined {
  const said = pair[by];
  if (said === undefined)
    return {detail: `the guest does not say what ${by} gives to ${client} for ${provider}.`};
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
  const failed = checkAnswer(world, question, answer).find(({ok}) => !ok);
  return failed && {...failed, detail: `${client} and ${provider} by ${by}: ${failed.detail}`};
}

/** What the lab's module could not ask about: that says nothing about the kernel. */
export function mapMatrixGaps(matrices: readonly MapMatrix[]): readonly string[] {
  return matrices.flatMap(({provider, pairs}) =>
    pairs.flatMap(({client, sg, page, resource}) =>
      [sg, page, resource].flatMap((said) =>
        typeof said === 'object' && 'error' in said
          ? [`the module p2plab could not ask about ${client} and ${provider}: ${said.error}`]
          : [],
      ),
    ),
  );
}
