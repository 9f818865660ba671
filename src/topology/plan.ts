// SPDX-License-Identifier: MIT
import {readTopology, type DeviceSpec, functionOf, type TopologySpec} from '../spec/topology.ts';
import {findTopology} from '../spec/catalog.ts';
import {type Problem, specError, throwProblems} from '../spec/problems.ts';
import {deepFreeze, type Located} from '../spec/yaml.ts';
import {acsControl, acsProblems, redirects} from './acs.ts';
import {type Iommu, placeIommu, translates} from './iommu.ts';
import {type Endpoint, formatBdf, hex, type Node, type Topology} from './model.ts';
import {parentProblems} from './parents.ts';
import {assignSlots, rootSlots, type Slots} from './slots.ts';

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
  throwProblems([...parentProblems(located), ...problems, ...acsProblems(located), ...busProblems(located)]);
  const nodes = new Enumeration(located.value, slots).nodes;
  const iommu = planIommu(located, slots);
  return deepFreeze<Topology>({
    name,
    spec: located.value,
    hostBridge: q35HostBridge,
    ...(iommu !== undefined && {iommu}),
    translated: translates(iommu),
    nodes,
  });
}

/** @throws {SpecError} if the devices leave no place for it */
function planIommu(located: Located<TopologySpec>, slots: Slots): Iommu | undefined {
  const {iommu, devices} = located.value;
  if (iommu === undefined) return undefined;
  const taken = Object.keys(devices).filter((id) => devices[id]?.on === undefined);
  const free = rootSlots.filter((slot) => !taken.some((id) => slots.get(id) === slot));
  const placed = placeIommu(iommu, free);
  if (placed !== undefined) return placed;
  const text = 'the root complex has no slot left for the IOMMU';
  throw specError([located.problem(['iommu'], text, {hint: 'it is a PCI function'})]);
}

/** A root port has one bus below it; a switch has its inner bus and one for each downstream port. */
function busProblems(located: Located<TopologySpec>): readonly Problem[] {
  const {devices} = located.value;
  const bridges = Object.values(devices).filter((device) => {
    const {type, on} = device;
    if (type === 'root-port' || type === 'switch') return true;
    return on !== undefined && devices[on]?.type === 'switch' && functionOf(device) === 0;
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
    const fn = functionOf(spec);
    const place = {id, parent, bus, device, function: fn, bdf: formatBdf(bus, device, fn)};
    if (spec.type === 'root-port') {
      const control = acsControl(spec.acs, this.#spec.iommu);
      return this.#bridge(
        {...place, parent: null, kind: 'root-port', type: 'root-port', acsControl: control},
        (secondary) => this.#below(id).flatMap((below) => this.#device(below, id, secondary, 0)),
      );
    }
    if (spec.type === 'switch') {
      return this.#bridge({...place, kind: 'upstream-port', type: 'switch'}, (secondary) => {
        const slots = new Set(this.#below(id).map((below) => this.#slot(below)));
        return [...slots].flatMap((slot) => this.#downstreamPort(id, secondary, slot));
      });
    }
    return [{...place, kind: 'endpoint', ...this.#details(spec)}];
  }

  #downstreamPort(parent: string, bus: number, device: number): readonly Node[] {
    const id = `${parent}.${device}`;
    const place = {id, parent, bus, device, function: 0, bdf: formatBdf(bus, device, 0)};
    return this.#bridge({...place, kind: 'downstream-port', type: 'switch'}, (secondary) => {
      const functions = this.#below(parent).filter((below) => this.#slot(below) === device);
      return functions.flatMap((below) => this.#device(below, id, secondary, 0));
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

  #slot(id: string): number {
    return this.#slots.get(id) ?? 0;
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
