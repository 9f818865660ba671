// SPDX-License-Identifier: MIT
import {cpuAccesses} from '../../evidence/arrivals.ts';
import {deviceAt} from '../../evidence/address-map.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {type Endpoint, endpointsOf, unregisteredCmb} from '../../topology/model.ts';
import {busAddressOf} from '../../topology/windows.ts';
import {check, type Check} from '../../verdict/check.ts';
import {checkMapMatrix, type MapMatrix, mapMatrixGaps} from '../../verdict/map-matrix.ts';
import type {DataVerb, Observed} from '../stage.ts';
import {readMapMatrices, stdoutOf} from './answers.ts';

/** Asks about all pairs at once; that nothing moves is part of what must come. */
export const mapMatrix: DataVerb<OptionsOf<'map-matrix'>> = {
  command: ({apis}) => ['p2p', 'map-matrix', ...apis],
  mapsOnly: true,
  transfers: () => [],
  effect: () => undefined,
  checks: ({apis}, observed) => {
    const matrices = readMapMatrices(stdoutOf(observed));
    const clients = endpointsOf(observed.topology).map(({id}) => id);
    const providers = providersOf(observed, matrices);
    return Promise.resolve([
      ...checkMapMatrix(observed, matrices, {providers, clients, apis}),
      checkPlaces(observed, matrices),
    ]);
  },
  gaps: (_options, observed) => mapMatrixGaps(readMapMatrices(stdoutOf(observed))),
};

/** Whether its driver gives its memory to peers. */
function isProvider(node: Endpoint): boolean {
  return node.type === 'nvme' && node.cmb !== undefined && unregisteredCmb(node) === undefined;
}

/** Every CMB must be published by its driver; other memory is if a module was loaded for it. */
function providersOf({topology}: Observed, matrices: readonly MapMatrix[]): readonly string[] {
  const said = new Set(matrices.map(({provider}) => provider));
  return endpointsOf(topology)
    .filter((node) => said.has(node.bdf) || isProvider(node))
    .map(({id}) => id);
}

/** The CPU has touched the page of every provider: where it finds that of a CMB is what the host saw. */
function checkPlaces({topology, map, events}: Observed, matrices: readonly MapMatrix[]): Check {
  const seen = new Map(
    cpuAccesses(events, 'read').map(({address}) => [deviceAt(map, address)?.device, address] as const),
  );
  const traced = endpointsOf(topology).filter(isProvider);
  const wrong = traced.find(({id, bdf}) => {
    const physical = matrices.find(({provider}) => provider === bdf)?.physical;
    const said = physical === undefined ? undefined : busAddressOf(topology.windows, physical);
    return said === undefined || seen.get(id) !== said;
  });
  if (wrong === undefined) {
    const parameters = {providers: traced.length};
    return check('placement', true, 'host', {code: 'map-placement-correct', parameters});
  }
  const observed = seen.get(wrong.id);
  const reported = matrices.find(({provider}) => provider === wrong.bdf)?.physical;
  const parameters = {
    ...(observed !== undefined && {observed}),
    ...(reported !== undefined && {reported}),
  };
  return check('placement', false, 'host', {code: 'map-placement-wrong', subject: wrong.id, parameters});
}
