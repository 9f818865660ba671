// SPDX-License-Identifier: MIT
import type {Step} from '../../spec/step.ts';
import type {Topology} from '../../topology/model.ts';
import {nodeOf} from '../../topology/model.ts';
import type {Check} from '../../verdict/check.ts';
import type {ExpectedTransfer} from '../../verdict/expectation.ts';
import type {Disks} from '../disks.ts';
import type {StepRecord} from '../record.ts';
import type {DataVerb, Observed} from '../stage.ts';
import {blit} from './blit.ts';
import {copy} from './copy.ts';
import {stress} from './stress.ts';
import {transmit} from './transmit.ts';

/** A verb's behaviour with the options of one step already given. */
export interface BoundDataVerb {
  readonly command: (topology: Topology) => readonly string[];
  readonly transfers: (topology: Topology, guest: StepRecord['guest']) => readonly ExpectedTransfer[];
  readonly effect: (disks: Disks) => void;
  readonly checks: (observed: Observed) => Promise<readonly Check[]>;
}

function bind<Options>(verb: DataVerb<Options>, options: Options): BoundDataVerb {
  return {
    command: (topology) => verb.command(options, topology),
    transfers: (topology, guest) => verb.transfers(options, topology, guest),
    effect: (disks) => {
      verb.effect(options, disks);
    },
    checks: (observed) => verb.checks(options, observed),
  };
}

/** What a step that moves data does; undefined for one that does not. */
export function dataVerb(step: Step): BoundDataVerb | undefined {
  switch (step.verb) {
    case 'copy':
      return bind(copy, step.options);
    case 'blit':
      return bind(blit, step.options);
    case 'transmit':
      return bind(transmit, step.options);
    case 'stress':
      return bind(stress, step.options);
    case 'load':
    case 'run':
    case 'starve':
      return undefined;
  }
}

/** A command of the guest, and the exit status that it must end with. */
export interface GuestCommand {
  readonly words: readonly string[];
  readonly exit: number;
}

/** Everything that a step has the guest do, in order. It depends on nothing but the plan. */
export function guestCommands(step: Step, topology: Topology): readonly GuestCommand[] {
  switch (step.verb) {
    case 'load': {
      const {module, parameters, rebind} = step.options;
      const words = Object.entries(parameters).map(([name, value]) => `${name}=${moduleValue(value)}`);
      return [
        {words: ['insmod', `/lib/modules/${module}.ko`, ...words], exit: 0},
        ...rebind.map((id) => ({words: ['p2p', 'rebind', nodeOf(topology, id).bdf], exit: 0})),
      ];
    }
    case 'run':
      return [{words: step.options.command, exit: step.options.exit}];
    case 'starve':
      return [{words: ['p2p', 'starve', nodeOf(topology, step.options.provider).bdf], exit: 0}];
    case 'copy':
    case 'blit':
    case 'stress':
    case 'transmit':
      return [{words: dataVerb(step)?.command(topology) ?? [], exit: 0}];
  }
}

/** A module's bool parameter takes Y and N. */
function moduleValue(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value);
  return value ? 'Y' : 'N';
}
