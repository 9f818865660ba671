// SPDX-License-Identifier: MIT
import {readTopology, functionOf, type TopologySpec} from '../spec/topology.ts';
import {findTopology} from '../spec/catalog.ts';
import {type Problem, specError, throwProblems} from '../spec/problems.ts';
import {deepFreeze, type Located} from '../spec/yaml.ts';
import {acsProblems} from './acs.ts';
import {barSpaceProblems} from './bar-space.ts';
import {Enumeration} from './enumeration.ts';
import {type Iommu, placeIommu, translates} from './iommu.ts';
import type {Topology} from './model.ts';
import {parentProblems} from './parents.ts';
import {platforms} from './platform.ts';
import {assignSlots, rootSlots, type Slots} from './slots.ts';
import {virtualFunctionProblems} from './virtual-functions.ts';
import {windowsOf} from './windows.ts';

/**
 * Reads and plans the topology with this name in the lab at `root`, or at this path.
 * @throws {UsageError} if there is none; {SpecError} for all that is wrong in it
 */
export function loadTopology(root: string, name: string, qemu: RoutingTraits = stockQemu): Topology {
  const entry = findTopology(root, name);
  return planTopology(entry.name, readTopology(entry.file), qemu);
}

/** What of a QEMU, and of the kernel on it, decides how a topology behaves. */
export interface RoutingTraits {
  /** Whether bridges route requests among what is below them, and ports of switches have ACS. */
  readonly routes: boolean;
  /** Whether Linux asks for ACS before it scans the bus where a device tree has the IOMMU (from 7.0 on). */
  readonly earlyAcs?: boolean;
}

/** QEMU as it is: every request goes up to the root complex. */
export const stockQemu: RoutingTraits = Object.freeze({routes: false});

/**
 * Gives every function of a topology its place. Buses are numbered depth first, by device number, each
 * bridge as it is met: as SeaBIOS does (src/fw/pciinit.c, pci_bios_init_bus_rec), whose numbers Linux keeps. Where
 * there is no firmware Linux does so itself (drivers/pci/probe.c, pci_scan_bridge_extend), and gives ports for
 * hot-plugged devices numbers to spare if it has them.
 * @throws {SpecError} for all that cannot be built, located in the topology's file
 */
export function planTopology(
  name: string,
  located: Located<TopologySpec>,
  {routes, earlyAcs = false}: RoutingTraits = stockQemu,
): Topology {
  const {slots, problems} = assignSlots(located);
  throwProblems([
    ...parentProblems(located),
    ...problems,
    ...acsProblems(located, slots),
    ...busProblems(located),
    ...virtualFunctionProblems(located, slots),
    ...barSpaceProblems(located),
  ]);
  const nodes = new Enumeration(located.value, slots, {routes, earlyAcs}).nodes;
  const iommu = planIommu(located, slots);
  const windows = windowsOf(located.value);
  return deepFreeze<Topology>({
    name,
    spec: located.value,
    platform: platforms[located.value.machine],
    ...(windows !== undefined && {windows}),
    ...(iommu !== undefined && {iommu}),
    translated: translates(iommu),
    routed: routes,
    nodes,
  });
}

/** @throws {SpecError} if the devices leave no place for it */
function planIommu(located: Located<TopologySpec>, slots: Slots): Iommu | undefined {
  const {iommu, devices} = located.value;
  if (iommu === undefined) return undefined;
  const taken = Object.keys(devices).filter((id) => devices[id]?.on === undefined);
  const free = rootSlots(platforms[located.value.machine]).filter(
    (slot) => !taken.some((id) => slots.get(id) === slot),
  );
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
