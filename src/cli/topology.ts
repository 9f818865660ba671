// SPDX-License-Identifier: MIT
import type {Command} from '@commander-js/extra-typings';
import type {Context} from '../base/context.ts';
import {renderFinding} from '../verdict/render.ts';
import {HostError} from '../base/errors.ts';
import {labRoot} from '../base/paths.ts';
import {chooseQemu} from '../build/qemu.ts';
import {findQemu} from '../guest/qemu-binary.ts';
import {listTopologies} from '../spec/catalog.ts';
import {formatSize} from '../spec/size.ts';
import {readTopology} from '../spec/topology.ts';
import {drawTopology} from '../topology/draw.ts';
import {type MapType, mapping} from '../topology/maptype.ts';
import {type Endpoint, endpointsOf, type Topology, unregisteredCmb} from '../topology/model.ts';
import {loadTopology} from '../topology/plan.ts';
import {unmodelled} from '../topology/unmodelled.ts';
import {interruptible} from './interrupt.ts';
import {shared} from './options.ts';
import {table} from './table.ts';

/** `p2plab topology`. */
export function addTopology(program: Command): void {
  const topology = program.command('topology').description('the PCIe trees of the lab');
  topology
    .command('list')
    .description('print the topologies by name')
    .action(() => {
      const rows = listTopologies(labRoot).map(({name, file}) => {
        const {devices, description} = readTopology(file).value;
        return [name, String(Object.keys(devices).length), description];
      });
      const columns = [{title: 'topology'}, {title: 'devices', right: true}, {title: 'what it is'}];
      process.stdout.write(`${table(columns, rows)}\n`);
    });
  topology
    .command('show')
    .description('draw a topology, and say what Linux must make of each pair in it')
    .argument('<topology>', 'a topology of lab/topologies, or the path of such a file')
    .addOption(shared.qemu())
    .action(async (name, {qemu}) => {
      const planned = await interruptible(
        () => undefined,
        (context) => plannedFor(name, qemu, context),
      );
      const lines = [planned.spec.description, '', drawTopology(planned), ...describePairs(planned)];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

/** As the QEMU that would run it models it; a drawing needs none. */
async function plannedFor(name: string, qemu: string | undefined, context: Context): Promise<Topology> {
  const topology = loadTopology(labRoot, name);
  const choice = await chooseQemu(qemu, context);
  try {
    return loadTopology(labRoot, name, await findQemu(topology.platform.architecture, choice, context));
  } catch (error) {
    if (qemu === undefined && error instanceof HostError) return topology;
    throw error;
  }
}

/** What each initiator must be able to reach of each provider, a line each. */
export function describePairs(topology: Topology): readonly string[] {
  const pairs = endpointsOf(topology).flatMap((client) =>
    endpointsOf(topology)
      .filter((provider) => initiates(client) && memoryOf(provider) !== undefined && provider !== client)
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
  const memory = memoryOf(provider) ?? '';
  return [
    `${client.id} to ${provider.id} (${memory}), distance ${distance}: ${type}, ${how}`,
    reason,
    ...(unseen === undefined ? [] : [renderFinding(unseen)]),
  ].join('; ');
}

/** Whether a device moves data by itself that a scenario can tell it to. */
function initiates(node: Endpoint): boolean {
  return (
    !['bochs-display', 'ivshmem'].includes(node.type) && (node.type !== 'nvme' || node.disk !== undefined)
  );
}

/** What of a device's memory can be given to peers. */
function memoryOf(node: Endpoint): string | undefined {
  switch (node.type) {
    case 'nvme':
      if (node.cmb === undefined || unregisteredCmb(node) !== undefined) return undefined;
      return `CMB ${formatSize(node.cmb)}`;
    case 'bochs-display':
      return `VRAM ${formatSize(node.vram)}`;
    case 'ivshmem':
      return `shared memory ${formatSize(node.size)}`;
    case 'e1000':
    case 'e1000e':
    case 'igb':
    case 'edu':
      return undefined;
  }
}
