// SPDX-License-Identifier: MIT
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {nodeOf} from '../../topology/model.ts';
import {callChecks} from '../calls.ts';
import type {DataVerb} from '../stage.ts';

/** Takes and gives back all of a provider's memory; no device moves anything. */
export const drainPool: DataVerb<OptionsOf<'drain-pool'>> = {
  command: ({provider, piece}, topology) => [
    'p2p',
    'drain-pool',
    nodeOf(topology, provider).bdf,
    String(piece),
  ],
  transfers: () => [],
  effect: () => undefined,
  account: (_options, results) => callChecks(results.map(lastOnly), [], undefined),
  checks: () => Promise.resolve([]),
};

/** The mapping that ends it fails, as it must; the tool's last word says what came of the whole. */
function lastOnly<R extends {readonly facts: readonly unknown[]}>(result: R): R {
  return {...result, facts: result.facts.slice(-1)};
}
