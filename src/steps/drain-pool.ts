// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../spec/names.ts';
import {nodeOf} from '../topology/model.ts';
import {callChecks} from './calls.ts';
import {tool} from './command.ts';
import {transferSize} from './fields.ts';
import {checkProvider} from './scene.ts';
import {verb} from './verb.ts';

/** Takes and gives back all of a provider's memory; no device moves anything. */
export const drainPool = verb({
  movesData: true,
  example: {provider: 'cmb', piece: '64KiB'},
  options: z
    .strictObject({
      provider: deviceId.describe('The provider.'),
      piece: transferSize.describe('Bytes per allocation.'),
    })
    .describe(
      "Allocates all of a provider's memory in pieces, frees it, and allocates it again as a whole: a leak shows.",
    ),
  check({provider, piece}, scene) {
    checkProvider(scene, ['provider'], provider, piece);
  },
  title: ({provider}) => `drain-pool ${provider}`,
  commands: ({provider, piece}, topology) => [
    tool('drain-pool', nodeOf(topology, provider).bdf, String(piece)),
  ],
  mapped: ({provider}) => [provider],
  watched: {
    transfers: () => [],
    account: (_options, results) => callChecks(results.map(lastOnly), [], undefined),
  },
});

/** The mapping that ends it fails, as it must; the tool's last word says what came of the whole. */
function lastOnly<R extends {readonly facts: readonly unknown[]}>(result: R): R {
  return {...result, facts: result.facts.slice(-1)};
}
