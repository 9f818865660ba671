// SPDX-License-Identifier: MIT
import type {ScenarioSpec} from '../spec/scenario.ts';
import {endpointsOf, type Topology} from '../topology/model.ts';
import type {GuestCommand} from './steps/command.ts';
import {bindAnew, loadModule} from './steps/registry.ts';

/** Endpoints that have a driver once the guest is up: those of the others are modules that steps load. */
export const boundAtBoot: readonly string[] = ['nvme', 'e1000', 'e1000e', 'igb'];

/** The modules of a kernel that no step loads itself: one that a step loads is that step's to load. */
export function modulesBefore(modules: readonly string[], {steps}: ScenarioSpec): readonly string[] {
  return modules.filter(
    (name) => !steps.some(({verb, options}) => verb === 'load' && options.module === name),
  );
}

/**
 * What the guest does before the first step for the modules of its kernel: it loads them, and binds the
 * drivers of all endpoints anew, for a module has no hold on a device that was bound before it came. It
 * depends on nothing but the plan.
 */
export function prologue(modules: readonly string[], topology: Topology): readonly GuestCommand[] {
  if (modules.length === 0) return [];
  const endpoints = endpointsOf(topology).filter(({type}) => boundAtBoot.includes(type));
  return [...modules.map((name) => loadModule(name)), ...endpoints.map(({bdf}) => bindAnew(bdf))];
}
