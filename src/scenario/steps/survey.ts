// SPDX-License-Identifier: MIT
import {memoryOf} from '../../devices/roles.ts';
import {cpuAccesses} from '../../evidence/arrivals.ts';
import {deviceAt} from '../../evidence/address-map.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {type Endpoint, endpointsOf, nodeOf} from '../../topology/model.ts';
import {busAddressOf} from '../../topology/windows.ts';
import type {Check} from '../../verdict/check.ts';
import {checkSurvey, type Survey, surveyGaps} from '../../verdict/survey.ts';
import type {DataVerb, Observed} from '../stage.ts';
import {readSurveys, stdoutOf} from './answers.ts';

/** Asks about all pairs at once; that nothing moves is part of what must come. */
export const survey: DataVerb<OptionsOf<'survey'>> = {
  command: ({apis}) => ['p2p', 'survey', ...apis],
  mapsOnly: true,
  transfers: () => [],
  effect: () => undefined,
  checks: ({apis}, observed) => {
    const surveys = readSurveys(stdoutOf(observed));
    const clients = endpointsOf(observed.topology).map(({id}) => id);
    const providers = providersOf(observed, surveys);
    return Promise.resolve([
      ...checkSurvey(observed, surveys, {providers, clients, apis}),
      checkPlaces(observed, surveys),
    ]);
  },
  gaps: (_options, observed) => surveyGaps(readSurveys(stdoutOf(observed))),
};

/** Whether its driver gives its memory to peers. */
function isProvider(node: Endpoint): boolean {
  const memory = memoryOf(node);
  return memory?.isRegistered === true && memory.provider.registeredAtBoot;
}

/** Every CMB must be published by its driver; other memory is if a module was loaded for it. */
function providersOf({topology}: Observed, surveys: readonly Survey[]): readonly string[] {
  const said = new Set(surveys.map(({provider}) => provider));
  return endpointsOf(topology)
    .filter((node) => said.has(node.bdf) || isProvider(node))
    .map(({id}) => id);
}

/** The CPU has touched the page of every provider: where it finds that of a CMB is what the host saw. */
function checkPlaces({topology, map, events}: Observed, surveys: readonly Survey[]): Check {
  const seen = new Map(
    cpuAccesses(events, 'read').map(({address}) => [deviceAt(map, address)?.device, address] as const),
  );
  const traced = endpointsOf(topology).filter(isProvider);
  const wrong = traced.find(({id, bdf}) => {
    const physical = surveys.find(({provider}) => provider === bdf)?.physical;
    const said = physical === undefined ? undefined : busAddressOf(topology.windows, physical);
    return said === undefined || seen.get(id) !== said;
  });
  const detail =
    wrong === undefined
      ? `the CPU finds the memory of ${traced.length} providers where the guest says.`
      : `the CPU finds the memory of ${wrong.id} at ${hex(seen.get(wrong.id))}, but the guest says ${hex(
          surveys.find(({provider}) => provider === nodeOf(topology, wrong.id).bdf)?.physical,
        )}.`;
  return {name: 'placement', ok: wrong === undefined, witness: 'host', detail};
}

function hex(address: number | undefined): string {
  return address === undefined ? 'no place' : `0x${address.toString(16)}`;
}
