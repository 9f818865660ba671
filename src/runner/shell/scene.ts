// SPDX-License-Identifier: MIT
import {readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {UsageError} from '../../base/errors.ts';
import {labRoot} from '../../base/paths.ts';
import {type DiskHeads, planHeads} from '../../scenario/disks.ts';
import {planFor, planScenario} from '../../scenario/plan.ts';
import {guestCommands} from '../../steps/bound.ts';
import {findScenarios, listScenarios, listTopologies, useFile} from '../../spec/catalog.ts';
import {isPath} from '../../spec/identity.ts';
import {didYouMean} from '../../spec/suggest.ts';
import type {Topology} from '../../topology/model.ts';
import {loadTopology, type RoutingTraits, stockQemu} from '../../topology/plan.ts';

/** What a shell is given in: a tree, what its disks begin with, and what a scenario would run there. */
export interface Scene {
  readonly topology: Topology;
  /** The same tree on a machine with these traits. */
  readonly topologyFor: (traits: RoutingTraits) => Topology;
  readonly heads: DiskHeads;
  readonly commands: readonly (readonly string[])[];
}

/**
 * The topology, or else the scenario, with this name or at this path.
 * @throws {UsageError} if there is neither; {SpecError} for what is wrong in its file
 */
export function findScene(name: string): Scene {
  const topologies = listTopologies(labRoot).map((entry) => entry.name);
  const scenarios = listScenarios(labRoot).flatMap((entry) => [entry.name, path.basename(entry.name)]);
  if (topologies.includes(name)) return ofTopology(name);
  if (scenarios.includes(name)) return ofScenario(name);
  const isFile = statSync(name, {throwIfNoEntry: false})?.isFile() === true;
  if (isFile && isPath(name)) {
    return /^steps:/m.test(readFileSync(name, 'utf8')) ? ofScenario(name) : ofTopology(name);
  }
  const known = [...new Set([...topologies, ...scenarios])];
  throw new UsageError(`there is no topology or scenario "${name}"`, {
    hint: isFile ? useFile(name) : didYouMean(name, known),
  });
}

function ofTopology(name: string): Scene {
  const topologyFor = (traits: RoutingTraits): Topology => loadTopology(labRoot, name, traits);
  return {topology: topologyFor(stockQemu), topologyFor, heads: new Map(), commands: []};
}

function ofScenario(name: string): Scene {
  const [entry] = findScenarios(labRoot, [name]);
  if (entry === undefined) throw new UsageError(`there is no scenario "${name}"`);
  const plan = planScenario(entry);
  const {topology, scenario} = plan;
  const commands = scenario.value.steps.flatMap((step) => guestCommands(step, topology));
  return {
    topology,
    topologyFor: (traits) => planFor(plan, traits).topology,
    heads: planHeads(topology, scenario.value),
    commands: commands.map(({words}) => words),
  };
}
