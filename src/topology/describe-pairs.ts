// SPDX-License-Identifier: MIT
import {formatBytes} from '../base/bytes.ts';
import {isInitiator, memoryOf} from '../devices/roles.ts';
import {type MapType, mapping} from './maptype.ts';
import {type Endpoint, endpointsOf, type Topology} from './model.ts';
import {type Unmodelled, unmodelled} from './unmodelled.ts';

/**
 * What each initiator must be able to reach of each provider, a line each.
 * @param render makes the sentence of what QEMU cannot show
 */
export function describePairs(
  topology: Topology,
  render: (finding: Unmodelled) => string,
): readonly string[] {
  const pairs = endpointsOf(topology).flatMap((client) =>
    endpointsOf(topology)
      .filter((provider) => isInitiator(client) && textOf(provider) !== undefined && provider !== client)
      .map((provider) => describePair(topology, client, provider, render)),
  );
  return pairs.length === 0 ? ['There is no peer that any device could reach.'] : pairs;
}

const inWords: Readonly<Record<MapType, string>> = {
  'bus-addr': 'by bus address',
  'thru-host-bridge': 'through the host bridge',
  'not-supported': 'refused',
};

function describePair(
  topology: Topology,
  client: Endpoint,
  provider: Endpoint,
  render: (finding: Unmodelled) => string,
): string {
  const pair = {client: client.id, provider: provider.id};
  const {type, address, distance, reason} = mapping(topology, pair);
  const unseen = unmodelled(topology, pair);
  const how = `${inWords[type]}${address === 'iova' ? ', by an IOVA' : ''}`;
  const memory = textOf(provider) ?? '';
  return [
    `${client.id} to ${provider.id} (${memory}), distance ${distance}: ${type}, ${how}`,
    reason,
    ...(unseen === undefined ? [] : [render(unseen)]),
  ].join('; ');
}

/** What of a device's memory can be given to peers. */
function textOf(node: Endpoint): string | undefined {
  const memory = memoryOf(node);
  return memory?.isRegistered === true ? `${memory.provider.kind} ${formatBytes(memory.size)}` : undefined;
}
