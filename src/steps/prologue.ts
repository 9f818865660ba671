// SPDX-License-Identifier: MIT
import {endpointsOf, type Topology} from '../topology/model.ts';
import type {GuestCommand} from './command.ts';
import {boundAtBoot} from './drivers.ts';
import {bindAnew, loadModule} from './load.ts';
import {verbOf} from './registry.ts';
import type {Step} from './step.ts';

/** The modules of a kernel that no step loads itself: one that a step loads is that step's to load. */
export function modulesBefore(
  modules: readonly string[],
  {steps}: {readonly steps: readonly Step[]},
): readonly string[] {
  return modules.filter((name) => !steps.some((step) => verbOf(step).loads?.(step.options) === name));
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
