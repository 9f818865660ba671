// SPDX-License-Identifier: MIT
import type {Step} from '../../spec/step.ts';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import type {Topology} from '../../topology/model.ts';
import {eduMaskBits} from '../../topology/dma-mask.ts';
import {acsBitsToSet} from '../../topology/acs.ts';
import {nodeOf} from '../../topology/model.ts';
import type {Check} from '../../verdict/check.ts';
import type {Finding} from '../../verdict/finding.ts';
import type {ExpectedTransfer} from '../../verdict/expectation.ts';
import type {Disks} from '../disks.ts';
import type {LedgerEntry} from '../../evidence/ledger.ts';
import type {Measurement} from '../record.ts';
import type {DataVerb, GuestResults, Observed} from '../stage.ts';
import {blit} from './blit.ts';
import type {GuestCommand} from './command.ts';
import {copy} from './copy.ts';
import {count} from './count.ts';
import {dma} from './dma.ts';
import {drainPool} from './drain-pool.ts';
import {gup} from './gup.ts';
import {io} from './io.ts';
import {mmap} from './mmap.ts';
import {plugCommands, removalCommand} from './removal.ts';
import {mapProbe} from './map-probe.ts';
import {stress} from './stress.ts';
import {mapMatrix} from './map-matrix.ts';
import {transmit} from './transmit.ts';
import {useAfterUnmap} from './use-after-unmap.ts';

/** A verb's behaviour with the options of one step already given. */
export interface BoundDataVerb {
  readonly mapsOnly: boolean;
  readonly commands: (topology: Topology) => readonly GuestCommand[];
  readonly transfers: (topology: Topology, guest: GuestResults) => readonly ExpectedTransfer[];
  readonly effect: (disks: Disks) => void;
  /** Undefined where success or the refusal that must come is all there is to say. */
  readonly account: (results: GuestResults, topology: Topology) => readonly Check[] | undefined;
  /** Undefined where the ledger must be what had to move, to the byte. */
  readonly ledger: (
    entries: readonly LedgerEntry[],
    expected: readonly ExpectedTransfer[],
  ) => Check | undefined;
  /** Whether the IOMMU has to block something of it. */
  readonly blocked: boolean;
  readonly checks: (observed: Observed) => Promise<readonly Check[]>;
  readonly gaps: (observed: Observed) => readonly Finding[];
  readonly measurements: (results: GuestResults) => readonly Measurement[];
}

function bind<Options>(verb: DataVerb<Options>, options: Options): BoundDataVerb {
  return {
    mapsOnly: verb.mapsOnly === true,
    commands: (topology) =>
      verb.staged?.(options, topology) ?? [{words: verb.command(options, topology), exit: 0}],
    transfers: (topology, guest) => verb.transfers(options, topology, guest),
    effect: (disks) => {
      verb.effect(options, disks);
    },
    account: (results, topology) => verb.account?.(options, results, topology),
    ledger: (entries, expected) => verb.ledger?.(options, entries, expected),
    blocked: verb.blocked ?? false,
    checks: (observed) => verb.checks(options, observed),
    gaps: (observed) => verb.gaps?.(options, observed) ?? [],
    measurements: (results) => verb.measurements?.(options, results) ?? [],
  };
}

/** What a step does whose devices are watched, also that they must do nothing; undefined for any other. */
export function dataVerb(step: Step): BoundDataVerb | undefined {
  switch (step.verb) {
    case 'copy':
      return bind(copy, step.options);
    case 'blit':
      return bind(blit, step.options);
    case 'dma':
      return bind(dma, step.options);
    case 'map-probe':
      return bind(mapProbe, step.options);
    case 'count':
      return bind(count, step.options);
    case 'map-matrix':
      return bind(mapMatrix, step.options);
    case 'transmit':
      return bind(transmit, step.options);
    case 'stress':
      return bind(stress, step.options);
    case 'io':
      return bind(io, step.options);
    case 'mmap':
      return bind(mmap, step.options);
    case 'drain-pool':
      return bind(drainPool, step.options);
    case 'gup':
      return bind(gup, step.options);
    case 'use-after-unmap':
      return bind(useAfterUnmap, step.options);
    case 'load':
    case 'unload':
    case 'run':
    case 'fail-allocations':
    case 'bind':
    case 'unbind':
    case 'plug':
    case 'unplug':
    case 'reset':
    case 'acs':
      return undefined;
  }
}

/** Everything that a step has the guest do, in order. It depends on nothing but the plan. */
export function guestCommands(step: Step, topology: Topology): readonly GuestCommand[] {
  switch (step.verb) {
    case 'load': {
      const {module, parameters, rebind} = step.options;
      const told = {...driverParameters(module, topology), ...parameters};
      return [loadModule(module, told), ...rebind.map((id) => bindAnew(nodeOf(topology, id).bdf))];
    }
    case 'run':
      return [{words: step.options.command, exit: step.options.exit}];
    case 'fail-allocations':
      return [{words: ['p2p', 'fail-allocations', nodeOf(topology, step.options.provider).bdf], exit: 0}];
    case 'bind':
      return [{words: ['p2p', 'bind', nodeOf(topology, step.options.device).bdf], exit: 0}];
    case 'unbind':
    case 'unplug':
    case 'reset':
      return [removalCommand({kind: step.verb, device: step.options.device}, topology)];
    case 'unload': {
      const {module, 'expect-error': expectError} = step.options;
      return [removalCommand({kind: 'unload', module}, topology, expectError === undefined ? 0 : 1)];
    }
    case 'acs': {
      const {bits, mask} = acsBitsToSet(step.options.set);
      const {bdf} = nodeOf(topology, step.options.port);
      return [{words: ['p2p', 'acs', bdf, bits.toString(16), mask.toString(16)], exit: 0}];
    }
    case 'plug':
      return plugCommands(step.options.device, topology);
    case 'copy':
    case 'blit':
    case 'dma':
    case 'map-probe':
    case 'count':
    case 'stress':
    case 'map-matrix':
    case 'transmit':
    case 'io':
    case 'mmap':
    case 'drain-pool':
    case 'gup':
    case 'use-after-unmap':
      return dataVerb(step)?.commands(topology) ?? [];
  }
}

/** Loads a module of the lab's. */
export function loadModule(name: string, parameters: OptionsOf<'load'>['parameters'] = {}): GuestCommand {
  const words = Object.entries(parameters).map(([key, value]) => `${key}=${moduleValue(value)}`);
  return {words: ['insmod', `/lib/modules/${name}.ko`, ...words], exit: 0};
}

/** What the lab's driver of edus cannot find out by itself. */
function driverParameters(module: string, topology: Topology): OptionsOf<'load'>['parameters'] {
  const bits = module === 'p2plab' ? eduMaskBits(topology) : undefined;
  return bits === undefined ? {} : {edu_dma_bits: bits};
}

/** Takes a function's driver away and gives it back. */
export function bindAnew(bdf: string): GuestCommand {
  return {words: ['p2p', 'rebind', bdf], exit: 0};
}

/** A module's bool parameter takes Y and N. */
function moduleValue(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value);
  return value ? 'Y' : 'N';
}
