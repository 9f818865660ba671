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
});

/** Specifications of topologies that can be built: any tree of ports, switches and endpoints. */
export const rawTopology: fc.Arbitrary<RawTopology> = fc
  .record({
    cpu: fc.constantFrom('Nehalem', 'EPYC', 'EPYC-Rome', 'Skylake-Server'),
    picks: fc.array(pick, {maxLength: 24}),
  })
  .map(({cpu, picks}) => {
    const devices: Record<string, RawDevice> = {};
    const open: string[] = [];
    for (const [index, {kind, endpoint, place}] of picks.entries()) {
      const id = `${kind === 'endpoint' ? endpoint.type : kind}-${index}`;
      const places = kind === 'endpoint' ? [undefined, ...open] : open;
      const on = kind === 'root-port' ? undefined : places[place % Math.max(1, places.length)];
      // A switch that has nowhere to hang is made a root port for those to come.
      const type = kind === 'switch' && on === undefined ? 'root-port' : kind;
      devices[id] = {...(type === 'endpoint' ? endpoint : {type}), ...(on !== undefined && {on})};
      if (on !== undefined && devices[on]?.type === 'root-port') open.splice(open.indexOf(on), 1);
      if (type !== 'endpoint') open.push(id);
    }
    return {description: 'any', cpu, devices};
  });

/** Plans a topology from plain data. */
export function plan(raw: unknown, name = 'any'): Topology {
  return planTopology(name, parseSpec(JSON.stringify(raw), `${name}.yaml`, topologySchema));
}

/** Planned topologies. */
export const topology: fc.Arbitrary<Topology> = rawTopology.map((raw) => plan(raw));

/** Planned topologies with functions of theirs: as many ids as asked for, not always different ones. */
export function topologyWithFunctions(
  count: number,
): fc.Arbitrary<{topology: Topology; ids: readonly string[]}> {
  return topology
    .filter(({nodes}) => nodes.length > 0)
    .chain((planned) => {
      const id = fc.constantFrom(...planned.nodes.map((node) => node.id));
      return fc.array(id, {minLength: count, maxLength: count}).map((ids) => ({topology: planned, ids}));
    });
}
