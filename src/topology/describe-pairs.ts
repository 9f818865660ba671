// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import {isInitiator, memoryOf} from '../devices/roles.ts';
import {type MapType, mapping} from './maptype.ts';
import {type Endpoint, endpointsOf, type Topology} from './model.ts';
import {unmodelled} from './unmodelled.ts';

/** What each initiator must be able to reach of each provider, a line each. */
export function describePairs(topology: Topology): readonly string[] {
  const pairs = endpointsOf(topology).flatMap((client) =>
    endpointsOf(topology)
      .filter((provider) => isInitiator(client) && textOf(provider) !== undefined && provider !== client)
      .map((provider) => describePair(topology, client, provider)),
  );
  return pairs.length === 0 ? ['There is no peer that any device could reach.'] : pairs;
}

const inWords: Readonly<Record<MapType, string>> = {
  'bus-addr': 'by bus address',
  'thru-host-bridge': 'through the host bridge',
  'not-supported': 'refused',
};

function describePair(topology: Topology, client: Endpoint, provider: Endpoint): string {
  const pair = {client: client.id, provider: provider.id};
  const {type, address, distance, reason} = mapping(topology, pair);
  const unseen = unmodelled(topology, pair);
  const how = `${inWords[type]}${address === 'iova' ? ', by an IOVA' : ''}`;
  const memory = textOf(provider) ?? '';
  return [
    `${client.id} to ${provider.id} (${memory}), distance ${distance}: ${type}, ${how}.`,
    reason,
    ...(unseen === undefined ? [] : [`But ${unseen}.`]),
  ].join(' ');
}

/** What of a device's memory can be given to peers. */
function textOf(node: Endpoint): string | undefined {
  const memory = memoryOf(node);
  return memory?.isRegistered === true ? `${memory.provider.kind} ${formatBytes(memory.size)}` : undefined;
}
