// SPDX-License-Identifier: MIT
import {type DeviceSpec, functionOf, type TopologySpec} from '../spec/topology.ts';
import {acsControl, acsOf, redirects} from './acs.ts';
import {BusBudget} from './bus-budget.ts';
import {asksForAcs} from './iommu.ts';
import {type Endpoint, formatBdf, hex, type Node} from './model.ts';
import {platforms} from './platform.ts';
import type {Slots} from './slots.ts';

/** The last bus of a segment. */
const lastBus = 255;

/** What of a QEMU, and of the kernel on it, decides about ACS: see RoutingTraits. */
interface Traits {
  readonly routes: boolean;
  readonly earlyAcs: boolean;
}

/** Walks the tree once and counts buses, chassis, namespaces and NICs. */
export class Enumeration {
  readonly nodes: readonly Node[];
  readonly #spec: TopologySpec;
  readonly #slots: Slots;
  readonly #traits: Traits;
  #bus = 0;
  #chassis = 0;
  #namespace = 0;
  #nic = 0;

  constructor(spec: TopologySpec, slots: Slots, traits: Traits) {
    this.#spec = spec;
    this.#slots = slots;
    this.#traits = traits;
    const top = this.#below(undefined);
    const budget = new BusBudget(0, {hotplug: top.filter((id) => this.#isBridge(id)).length, normal: 0});
    this.nodes = top.flatMap((id) => this.#device(id, {parent: null, bus: 0, budget}, this.#slot(id)));
  }

  #device(id: string, {parent, bus, budget}: Above, device: number): readonly Node[] {
    const spec = this.#spec.devices[id] as DeviceSpec;
    const fn = functionOf(spec);
    const place = {id, parent, bus, device, function: fn, bdf: formatBdf(bus, device, fn)};
    if (spec.type === 'root-port') {
      const own = platforms[this.#spec.machine].ownPort !== undefined;
      const control = own ? undefined : this.#acsControl(spec.acs);
      return this.#bridge(
        {
          ...place,
          parent: null,
          kind: 'root-port',
          type: 'root-port',
          ...(control !== undefined && {acsControl: control}),
        },
        budget,
        (secondary, available) => this.#slotBelow(id, this.#below(id), secondary, available),
      );
    }
    if (spec.type === 'switch') {
      return this.#bridge({...place, kind: 'upstream-port', type: 'switch'}, budget, (bus, available) => {
        const slots = [...new Set(this.#below(id).map((below) => this.#slot(below)))];
        const inside = {
          parent: id,
          bus,
          budget: new BusBudget(available, {hotplug: slots.length, normal: 0}),
        };
        return slots.flatMap((slot) => this.#downstreamPort(inside, slot));
      });
    }
    return [{...place, kind: 'endpoint', ...this.#details(spec)}];
  }

  #downstreamPort({parent, bus, budget}: Above & {readonly parent: string}, device: number): readonly Node[] {
    const id = `${parent}.${device}`;
    const place = {id, parent, bus, device, function: 0, bdf: formatBdf(bus, device, 0)};
    const control = this.#traits.routes
      ? this.#acsControl(acsOf(this.#spec.devices[parent], device))
      : undefined;
    return this.#bridge(
      {
        ...place,
        kind: 'downstream-port',
        type: 'switch',
        ...(control !== undefined && {acsControl: control}),
      },
      budget,
      (secondary, available) => {
        const functions = this.#below(parent).filter((below) => this.#slot(below) === device);
        return this.#slotBelow(id, functions, secondary, available);
      },
    );
  }

  /** The functions in the one slot of a port. */
  #slotBelow(parent: string, ids: readonly string[], bus: number, available: number): readonly Node[] {
    const normal = ids.filter((id) => this.#isBridge(id)).length;
    const budget = new BusBudget(available, {hotplug: 0, normal});
    return ids.flatMap((id) => this.#device(id, {parent, bus, budget}, 0));
  }

  #bridge(
    place: DistributiveOmit<
      Exclude<Node, Endpoint>,
      'secondaryBus' | 'subordinateBus' | 'chassis' | 'acsRedirect'
    >,
    budget: BusBudget,
    contents: (secondaryBus: number, available: number) => readonly Node[],
  ): readonly Node[] {
    const secondaryBus = ++this.#bus;
    const chassis = ++this.#chassis;
    // A port of the machine's own has all numbers from the start: QEMU's and Linux's pcie-designware-host.c.
    const own = place.kind === 'root-port' && platforms[this.#spec.machine].ownPort !== undefined;
    const hotplug = place.kind !== 'upstream-port' && !own;
    const available = own ? lastBus - secondaryBus : budget.share(hotplug);
    const below = contents(secondaryBus, available);
    if (own) this.#bus = lastBus;
    else if (hotplug) this.#bus = Math.min(Math.max(this.#bus, secondaryBus + available), lastBus);
    budget.spend(this.#bus - secondaryBus + 1);
    const acsRedirect = redirects(place.acsControl ?? 0);
    return [{...place, secondaryBus, subordinateBus: this.#bus, chassis, acsRedirect}, ...below];
  }

  #details(spec: Exclude<DeviceSpec, {type: 'root-port' | 'switch'}>) {
    switch (spec.type) {
      case 'nvme': {
        const disk = spec.disk !== undefined && {disk: spec.disk, nsid: ++this.#namespace};
        return {type: spec.type, ...disk, ...(spec.cmb !== undefined && {cmb: spec.cmb})};
      }
      case 'e1000':
      case 'e1000e':
      case 'igb':
        // 52:54:00 is what QEMU's own NICs begin with; the control NIC's default does not collide.
        return {type: spec.type, mac: `52:54:00:00:00:${hex(++this.#nic)}`};
      case 'bochs-display':
        return {type: spec.type, vram: spec.vram};
      case 'edu':
        return {type: spec.type, dmaBits: spec['dma-bits']};
      case 'ivshmem':
        return {type: spec.type, size: spec.size};
    }
  }

  /** The devices directly below one, by device number and function. */
  #below(parent: string | undefined): readonly string[] {
    return Object.entries(this.#spec.devices)
      .filter(([, {on}]) => on === parent)
      .toSorted(([a, x], [b, y]) => this.#slot(a) - this.#slot(b) || functionOf(x) - functionOf(y))
      .map(([id]) => id);
  }

  #acsControl(acs: string | undefined): number {
    return acsControl(acs, asksForAcs(this.#spec.iommu, this.#traits.earlyAcs));
  }

  #isBridge(id: string): boolean {
    const type = this.#spec.devices[id]?.type;
    return type === 'root-port' || type === 'switch';
  }

  #slot(id: string): number {
    return this.#slots.get(id) ?? 0;
  }
}

/** The bus that a device is on, and what is above it. */
interface Above {
  readonly parent: string | null;
  readonly bus: number;
  readonly budget: BusBudget;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
