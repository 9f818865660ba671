// SPDX-License-Identifier: MIT
import {readTopology, type DeviceSpec, type TopologySpec} from '../spec/topology.ts';
import {findTopology} from '../spec/catalog.ts';
import {type Problem, throwProblems} from '../spec/problems.ts';
import {deepFreeze, type Located} from '../spec/yaml.ts';
import {type Endpoint, formatBdf, hex, type Node, type Topology} from './model.ts';
import {parentProblems} from './parents.ts';
import {assignSlots, type Slots} from './slots.ts';

/** The host bridge of q35: QEMU, hw/pci-host/q35.c (mch). */
const q35HostBridge = {vendor: 0x8086, device: 0x29c0};

/**
 * Reads and plans the topology with this name in the lab at `root`, or at this path.
 * @throws {UsageError} if there is none; {SpecError} for all that is wrong in it
 */
export function loadTopology(root: string, name: string): Topology {
  const entry = findTopology(root, name);
  return planTopology(entry.name, readTopology(entry.file));
}

/**
 * Gives every function of a topology its place. Buses are numbered depth first, by device number, each
 * bridge as it is met: as SeaBIOS does (src/fw/pciinit.c, pci_bios_init_bus_rec), whose numbers Linux keeps.
 * @throws {SpecError} for all that cannot be built, located in the topology's file
 */
export function planTopology(name: string, located: Located<TopologySpec>): Topology {
  const {slots, problems} = assignSlots(located);
  throwProblems([...parentProblems(located), ...problems, ...busProblems(located)]);
  const nodes = new Enumeration(located.value, slots).nodes;
  return deepFreeze<Topology>({name, spec: located.value, hostBridge: q35HostBridge, nodes});
}

/** A root port has one bus below it; a switch has its inner bus and one for each downstream port. */
function busProblems(located: Located<TopologySpec>): readonly Problem[] {
  const {devices} = located.value;
  const bridges = Object.values(devices).filter(({type, on}) => {
    return type === 'root-port' || type === 'switch' || (on !== undefined && devices[on]?.type === 'switch');
  });
  const inner = Object.values(devices).filter(({type, on}) => {
    return type === 'switch' && on !== undefined && devices[on]?.type === 'switch';
  });
  const buses = bridges.length + inner.length;
  if (buses <= 255) return [];
  const text = `the bridges need ${buses} buses: a segment has 255 besides the root bus`;
  return [located.problem(['devices'], text, {part: 'key'})];
}

/** Walks the tree once and counts buses, chassis, namespaces and NICs. */
class Enumeration {
  readonly nodes: readonly Node[];
  readonly #spec: TopologySpec;
  readonly #slots: Slots;
  #bus = 0;
  #chassis = 0;
  #namespace = 0;
  #nic = 0;

  constructor(spec: TopologySpec, slots: Slots) {
    this.#spec = spec;
    this.#slots = slots;
    this.nodes = this.#below(undefined).flatMap((id) => this.#device(id, null, 0, this.#slot(id)));
  }

  #device(id: string, parent: string | null, bus: number, device: number): readonly Node[] {
    const spec = this.#spec.devices[id] as DeviceSpec;
    const place = {id, parent, bus, device, function: 0, bdf: formatBdf(bus, device, 0)};
    if (spec.type === 'root-port') {
      return this.#bridge({...place, parent: null, kind: 'root-port', type: 'root-port'}, (secondary) => {
        return this.#below(id).flatMap((below) => this.#device(below, id, secondary, 0));
      });
    }
    if (spec.type === 'switch') {
      return this.#bridge({...place, kind: 'upstream-port', type: 'switch'}, (secondary) => {
        return this.#below(id).flatMap((below) => this.#downstreamPort(id, secondary, below));
      });
    }
    return [{...place, kind: 'endpoint', ...this.#details(spec)}];
  }

  #downstreamPort(parent: string, bus: number, below: string): readonly Node[] {
    const device = this.#slot(below);
    const id = `${parent}.${device}`;
    const place = {id, parent, bus, device, function: 0, bdf: formatBdf(bus, device, 0)};
    return this.#bridge({...place, kind: 'downstream-port', type: 'switch'}, (secondary) => {
      return this.#device(below, id, secondary, 0);
    });
  }

  #bridge(
    place: DistributiveOmit<
      Exclude<Node, Endpoint>,
      'secondaryBus' | 'subordinateBus' | 'chassis' | 'acsRedirect'
    >,
    contents: (secondaryBus: number) => readonly Node[],
  ): readonly Node[] {
    const secondaryBus = ++this.#bus;
    const chassis = ++this.#chassis;
    const below = contents(secondaryBus);
    return [{...place, secondaryBus, subordinateBus: this.#bus, chassis, acsRedirect: false}, ...below];
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
        return {type: spec.type};
      case 'ivshmem':
        return {type: spec.type, size: spec.size};
    }
  }

  /** The devices directly below one, by device number. */
  #below(parent: string | undefined): readonly string[] {
    return Object.keys(this.#spec.devices)
      .filter((id) => this.#spec.devices[id]?.on === parent)
      .toSorted((a, b) => this.#slot(a) - this.#slot(b));
  }

  #slot(id: string): number {
    return this.#slots.get(id) ?? 0;
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
