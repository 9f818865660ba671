// SPDX-License-Identifier: MIT
import type {RunFiles} from './boot-plan.ts';
import type {Disks} from './disks.ts';
import type {Machine} from './machine.ts';
import type {ScenarioPlan} from './plan.ts';

/** What is run, and where its files go. */
export interface Run {
  readonly plan: ScenarioPlan;
  readonly machine: Machine;
  readonly files: RunFiles;
  readonly disks: Disks;
}
