// SPDX-License-Identifier: MIT
import {stringify} from 'yaml';
import {hostMemory} from '../../base/targets.ts';
import type {Api} from '../../spec/api.ts';
import {topologySchema} from '../../spec/topology.ts';
import {parseSpec} from '../../spec/yaml.ts';
import {mapping} from '../../topology/maptype.ts';
import {endpointsOf, type Topology} from '../../topology/model.ts';
import {planTopology, type RoutingTraits} from '../../topology/plan.ts';
import type {DrawnDevice, ForestDraw, TreeDraw} from './draw.ts';

/** A topology and what is driven in it, as the text of their files. */
export interface Forest {
  readonly topology: string;
  readonly scenario: string;
}

type Device = Readonly<Record<string, unknown>> & {readonly type: string; readonly on?: string};

/** Each NIC takes 4 KiB of the 64 KiB of I/O ports for every bridge above it, or the firmware gives up. */
const mostNics = 4;

const nics = ['e1000e', 'igb', 'e1000'] as const;

const endpoints: Readonly<
  Record<Exclude<DrawnDevice, 'switch' | 'nic'>, Readonly<Record<string, unknown> & {type: string}>>
> = {
  provider: {type: 'nvme', cmb: '2MiB'},
  edu: {type: 'edu'},
  drive: {type: 'nvme', disk: '64KiB'},
  'provider-with-disk': {type: 'nvme', disk: '64KiB', cmb: '2MiB'},
  'shared-memory': {type: 'ivshmem', size: '1MiB'},
  display: {type: 'bochs-display', vram: '4MiB'},
};

/** A segment has 256 buses, and the root complex and some that are to be spare are among them. */
const mostBuses = 240;

/**
 * What the ports of a switch are told. All of them forward what is for themselves: where a switch within
 * redirects, what comes up were blocked else, which Linux does not look at.
 */
const acsFlags = ['xx1xxxx', 'xx111xx', 'xx1x1xx', 'xx11xxx'] as const;

/**
 * A boot as files that say the same: the topology's, and the scenario's that names it.
 * @param qemu one that does not route has nothing to show of ACS or of bus addresses below an IOMMU
 */
export function forestFiles(
  draw: ForestDraw,
  apis: readonly Api[],
  names: {readonly topology: string; readonly title: string},
  qemu: RoutingTraits,
): Forest {
  const {cpu, iommu, acs} = draw.machine;
  const planted = new Forestry(acs && qemu.routes);
  for (const tree of draw.trees) planted.plant(tree);
  if (!planted.hasProvider) planted.plant({picks: [{device: 'provider', place: 0, acs: 0}]});
  const {devices} = planted;
  const spec = {
    description: `${names.title}: ${draw.trees.length} trees`,
    cpu,
    ...(qemu.routes && iommu),
    devices,
  };
  const topology = planTopology(
    names.topology,
    parseSpec(JSON.stringify(spec), names.topology, topologySchema),
    qemu,
  );
  const scenario = {
    description: `${names.title}: what Linux makes of all pairs, and the DMA of some`,
    topology: names.topology,
    steps: [...loads(topology), {'map-matrix': {apis}}, ...drives(topology, draw)],
  };
  return {topology: stringify(spec), scenario: stringify(scenario)};
}

/** Trees side by side, each below a root port of its own, as the devices of a topology. */
class Forestry {
  readonly devices: Record<string, Device> = {};
  readonly #acs: boolean;
  #trees = 0;
  #nics = 0;
  #buses = 1;

  constructor(acs: boolean) {
    this.#acs = acs;
  }

  get hasProvider(): boolean {
    return Object.values(this.devices).some((device) => 'cmb' in device);
  }

  /** Every pick hangs on a place that is open by then: a root port has one, a switch has many. */
  plant({picks}: TreeDraw): void {
    const root = `t${this.#trees++}`;
    this.#add(root, {type: 'root-port'}, 1);
    const single = picks.length === 1 && picks[0]?.device !== 'switch';
    const top = single ? root : `${root}-top`;
    if (!single) this.#add(top, {...this.#switch(picks[0]?.acs ?? 0), on: root}, 1);
    const open = [top];
    for (const [number, {device, place, acs}] of picks.entries()) {
      // A port of the switch above, and what is below a switch of its own.
      const buses = (single ? 0 : 1) + (device === 'switch' ? 1 : 0);
      if (this.#buses + buses > mostBuses) return;
      const id = `${root}-${number}`;
      this.#add(
        id,
        {
          ...(device === 'switch' ? this.#switch(acs) : this.#device(device)),
          on: open[place % open.length] ?? top,
        },
        buses,
      );
      if (device === 'switch') open.push(id);
    }
  }

  #switch(acs: number): Device {
    return {type: 'switch', ...(this.#acs && {acs: acsFlags[acs % acsFlags.length]})};
  }

  #device(device: Exclude<DrawnDevice, 'switch'>): Omit<Device, 'on'> & {readonly type: string} {
    if (device !== 'nic') return endpoints[device];
    const number = this.#nics++;
    return number < mostNics ? {type: nics[number % nics.length] ?? 'e1000e'} : endpoints.edu;
  }

  #add(id: string, device: Device, buses: number): void {
    this.devices[id] = device;
    this.#buses += buses;
  }
}

function loads(topology: Topology): readonly object[] {
  const has = (type: string): boolean => endpointsOf(topology).some((node) => node.type === type);
  return [{load: {module: 'p2plab'}}, ...(has('bochs-display') ? [{load: {module: 'bochs_p2pmem'}}] : [])];
}

/** Real DMA of some pairs: what each initiator can do. */
function drives(topology: Topology, {pairs}: ForestDraw): readonly object[] {
  const all = endpointsOf(topology);
  const drivesOf = all.filter((node) => node.type === 'nvme' && node.disk !== undefined).map(({id}) => id);
  const providers = all
    .filter((node) => (node.type === 'nvme' && node.cmb !== undefined) || node.type === 'bochs-display')
    .map(({id}) => id);
  const [from] = drivesOf;
  if (from === undefined || providers.length === 0) return [];
  const edus = all.filter(({type}) => type === 'edu').map(({id}) => id);
  return pairs.flatMap((number): readonly object[] => {
    const initiators = number % 2 === 0 && edus.length > 0 ? edus : drivesOf;
    const initiator = pick(initiators, number);
    // Half of the pairs are ones that can be reached, where there are such: else most would be refused.
    const near = providers.filter(
      (provider) => mapping(topology, {provider, client: initiator}).type !== 'not-supported',
    );
    const provider = pick(number % 4 < 2 && near.length > 0 ? near : providers, Math.floor(number / 4));
    return initiators === edus
      ? [{dma: {edu: initiator, api: 'sg', from, source: provider, target: hostMemory}}]
      : [{copy: {from: initiator, through: provider, bytes: '4KiB'}}];
  });
}

function pick(ids: readonly string[], number: number): string {
  return ids[number % ids.length] ?? '';
}
