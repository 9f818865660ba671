// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import {topologySchema} from '../../src/spec/topology.ts';
import {parseSpec} from '../../src/spec/yaml.ts';
import type {Topology} from '../../src/topology/model.ts';
import {planTopology} from '../../src/topology/plan.ts';

/** A topology's file as plain data. */
export interface RawTopology {
  readonly description: string;
  readonly cpu: string;
  readonly iommu?: string;
  readonly 'iommu-mode'?: string;
  readonly devices: Readonly<Record<string, RawDevice>>;
}

type RawDevice = {readonly type: string; readonly on?: string} & Readonly<Record<string, unknown>>;

const endpoints = fc.constantFrom<Readonly<Record<string, unknown> & {type: string}>>(
  {type: 'nvme', disk: '1MiB'},
  {type: 'nvme', cmb: '16MiB'},
  {type: 'nvme', disk: 65536, cmb: '2MiB'},
  {type: 'nvme'},
  {type: 'e1000'},
  {type: 'e1000e'},
  {type: 'igb'},
  {type: 'bochs-display', vram: '4MiB'},
  {type: 'edu'},
  {type: 'ivshmem', size: '1MiB'},
);

const pick = fc.record({
  kind: fc.constantFrom('root-port', 'switch', 'endpoint'),
  endpoint: endpoints,
  place: fc.nat(),
  /** Whether an endpoint is a further function of a slot, where there is one. */
  shares: fc.boolean(),
  acs: fc.option(fc.constantFrom('redirect', 'no-redirect', 'xxx0100', '1x01011', '0'), {nil: undefined}),
});

/** Every IOMMU, as Linux can use it, and none. */
const iommus = fc.constantFrom<Pick<RawTopology, 'iommu' | 'iommu-mode'>>(
  {},
  {iommu: 'intel'},
  ...['off', 'passthrough', 'strict', 'lazy'].map((mode) => ({iommu: 'intel', 'iommu-mode': mode})),
  ...['off', 'passthrough', 'strict'].map((mode) => ({iommu: 'amd', 'iommu-mode': mode})),
  ...['passthrough', 'strict', 'lazy'].map((mode) => ({iommu: 'virtio', 'iommu-mode': mode})),
);

/** Specifications of topologies that can be built: any tree of ports, switches and endpoints, any IOMMU. */
export const rawTopology: fc.Arbitrary<RawTopology> = fc
  .record({
    cpu: fc.constantFrom('Nehalem', 'EPYC', 'EPYC-Rome', 'Skylake-Server'),
    iommu: iommus,
    picks: fc.array(pick, {maxLength: 24}),
  })
  .map(({cpu, iommu, picks}) => {
    const devices: Record<string, RawDevice> = {};
    const open: string[] = [];
    /** Root ports with endpoints in their slot, as many as are said. */
    const shared = new Map<string, number>();
    for (const [index, {kind, endpoint: drawn, place, shares, acs}] of picks.entries()) {
      const places = kind === 'endpoint' ? [undefined, ...open] : open;
      const on = kind === 'root-port' ? undefined : places[place % Math.max(1, places.length)];
      // An igb's virtual functions take places of its bus: several have no room on one.
      const endpoint = drawn.type === 'igb' && (shares || on === undefined) ? {type: 'e1000e'} : drawn;
      const id = `${kind === 'endpoint' ? endpoint.type : kind}-${index}`;
      const [slot] = [...shared].filter(([, functions]) => functions < 8);
      if (kind === 'endpoint' && shares && slot !== undefined) {
        const [port, functions] = slot;
        devices[id] = {...endpoint, on: port, function: functions};
        shared.set(port, functions + 1);
        continue;
      }
      // A switch that has nowhere to hang is made a root port for those to come.
      const type = kind === 'switch' && on === undefined ? 'root-port' : kind;
      devices[id] = {
        ...(type === 'endpoint' ? endpoint : {type}),
        ...(on !== undefined && {on}),
        ...(type !== 'endpoint' && acs !== undefined && {acs}),
      };
      if (on !== undefined && devices[on]?.type === 'root-port') {
        open.splice(open.indexOf(on), 1);
        if (type === 'endpoint' && endpoint.type !== 'igb') shared.set(on, 1);
      }
      if (type !== 'endpoint') open.push(id);
    }
    return {description: 'any', cpu, ...iommu, devices};
  });

/** The same trees below the one root port of a board whose bus has addresses of its own. */
export const rawBoard = fc
  .record({raw: rawTopology, inbound: fc.constantFrom('identity', 'aliasing')})
  .map(({raw, inbound}) => {
    const devices: Record<string, RawDevice> = {
      own: {type: 'root-port'},
      top: {type: 'switch', on: 'own'},
    };
    for (const [id, {type, on = 'top', ...rest}] of Object.entries(raw.devices)) {
      const kept = Object.entries(rest).filter(([key]) => key !== 'acs' && key !== 'function');
      devices[id] = {...Object.fromEntries(kept), type: type === 'root-port' ? 'switch' : type, on};
    }
    return {description: 'any', machine: 'imx8mp-evk', inbound, devices};
  });

/** Plans a topology from plain data. */
export function plan(raw: unknown, name = 'any', routes = false): Topology {
  return planTopology(name, parseSpec(JSON.stringify(raw), `${name}.yaml`, topologySchema), {routes});
}

/** Planned topologies. */
export const topology: fc.Arbitrary<Topology> = rawTopology.map((raw) => plan(withoutSwitchAcs(raw)));

/** Stock QEMU's switches have no ACS that could be set. */
function withoutSwitchAcs(raw: RawTopology): RawTopology {
  const devices = Object.entries(raw.devices).map(([id, {acs, ...device}]) => {
    return [id, device.type === 'switch' || acs === undefined ? device : {...device, acs}] as const;
  });
  return {...raw, devices: Object.fromEntries(devices)};
}

/** Planned topologies, as a QEMU whose bridges route models them. */
export const routedTopology: fc.Arbitrary<Topology> = rawTopology.map((raw) => plan(raw, 'any', true));

/** Planned boards. */
export const board: fc.Arbitrary<Topology> = rawBoard.map((raw) => plan(raw));

/** Planned topologies with functions of theirs: as many ids as asked for, not always different ones. */
export function topologyWithFunctions(
  count: number,
  topologies: fc.Arbitrary<Topology> = topology,
): fc.Arbitrary<{topology: Topology; ids: readonly string[]}> {
  return topologies
    .filter(({nodes}) => nodes.length > 0)
    .chain((planned) => {
      const id = fc.constantFrom(...planned.nodes.map((node) => node.id));
      return fc.array(id, {minLength: count, maxLength: count}).map((ids) => ({topology: planned, ids}));
    });
}
