// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {memoryOf} from '../devices/roles.ts';
import {deviceAt} from '../evidence/address-map.ts';
import {cpuAccesses} from '../evidence/arrivals.ts';
import {api} from '../spec/api.ts';
import {type Endpoint, endpointsOf} from '../topology/model.ts';
import {busAddressOf} from '../topology/bridge-windows.ts';
import {check, type Check} from '../verdict/check.ts';
import {checkMapMatrix, type MapMatrix, mapMatrixGaps} from '../verdict/map-matrix.ts';
import {readMapMatrices, stdoutOf} from './answers.ts';
import {tool} from './guest-command.ts';
import type {Observed} from './observed.ts';
import {providedBytes} from './scene.ts';
import {verb} from './verb.ts';

/** Asks about all pairs at once; that nothing moves is part of what must come. */
export const mapMatrix = verb({
  movesData: false,
  example: {apis: ['sg', 'page']},
  options: z
    .strictObject({apis: z.array(api).min(1).default(['sg']).describe('Calls of the DMA API.')})
    .describe(
      'Reports, for each provider and each other endpoint, the P2PDMA distance and the DMA address of a page by each API. No device does DMA.',
    ),
  check(_options, scene) {
    const {devices, cpus} = scene;
    if (Object.values(devices).some((device) => providedBytes(device, cpus) !== undefined)) return;
    scene.report([], 'the topology has no provider', 'give it an nvme with a cmb');
  },
  title: ({apis}) => `map-matrix of all pairs by ${apis.join(', ')}`,
  commands: ({apis}) => [tool('map-matrix', ...apis)],
  watched: {
    mapsOnly: true,
    asksApi: true,
    transfers: () => [],
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
  },
});

/** Whether its driver gives its memory to peers. */
function isProvider(node: Endpoint): boolean {
  const memory = memoryOf(node);
  return memory?.isRegistered === true && memory.provider.registeredAtBoot;
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
