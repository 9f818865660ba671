// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Topology} from '../topology/model.ts';
import type {Check} from '../verdict/check.ts';
import type {ExpectedTransfer} from '../verdict/expectation.ts';
import type {Finding} from '../verdict/finding.ts';
import type {GuestCommand} from './guest-command.ts';
import type {ExpectedDisks, GuestResults, Measurement, Observed} from './observed.ts';
import {verbOf} from './registry.ts';
import type {Step} from './step.ts';
import type {Refusal, Watch} from './verb.ts';

/** The watched part of a verb, with the options of one step and all defaults. */
export interface BoundDataVerb {
  readonly mapsOnly: boolean;
  readonly watch: Watch;
  readonly untracedSenders: (topology: Topology) => readonly string[];
  readonly commands: (topology: Topology) => readonly GuestCommand[];
  readonly transfers: (topology: Topology, guest: GuestResults) => readonly ExpectedTransfer[];
  readonly effect: (disks: ExpectedDisks) => void;
  readonly refusal: Refusal | undefined;
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

/** What a step does whose devices are watched, also that they must do nothing; undefined for any other. */
export function dataVerb(step: Step): BoundDataVerb | undefined {
  const {options} = step;
  const verb = verbOf(step);
  const {watched} = verb;
  if (watched === undefined) return undefined;
  return {
    mapsOnly: watched.mapsOnly === true,
    watch: watched.watch?.(options) ?? 'accesses',
    untracedSenders: (topology) => watched.untracedSenders?.(options, topology) ?? [],
    commands: (topology) => verb.commands(options, topology),
    transfers: (topology, guest) => watched.transfers(options, topology, guest),
    effect: (disks) => watched.effect?.(options, disks),
    refusal: watched.refusal,
    account: (results, topology) => watched.account?.(options, results, topology),
    ledger: (entries, expected) => watched.ledger?.(options, entries, expected),
    blocked: watched.blocked === true,
    checks: (observed) => watched.checks?.(options, observed) ?? Promise.resolve([]),
    gaps: (observed) => watched.gaps?.(options, observed) ?? [],
    measurements: (results) => watched.measurements?.(options, results) ?? [],
  };
}

/** Everything that a step has the guest do, in order. It depends on nothing but the plan. */
export function guestCommands(step: Step, topology: Topology): readonly GuestCommand[] {
  return verbOf(step).commands(step.options, topology);
}

/** A step as a line for a person. */
export function stepTitle(step: Step): string {
  return step.name ?? verbOf(step).title(step.options);
}
