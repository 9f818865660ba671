// SPDX-License-Identifier: MIT
import type {AddressMap} from '../evidence/address-map.ts';
import type {Ledger, LedgerEntry} from '../evidence/ledger.ts';
import type {TraceEvent} from '../evidence/trace-event.ts';
import type {Guest} from '../guest/guest.ts';
import type {Topology} from '../topology/model.ts';
import type {Check} from '../verdict/check.ts';
import type {Finding} from '../verdict/finding.ts';
import type {ExpectedStep, ExpectedTransfer} from '../verdict/expectation.ts';
import type {Disks} from './disks.ts';
import type {Measurement, StepRecord} from './record.ts';
import type {GuestCommand} from './steps/command.ts';

/** What a step can look at once it has been driven. */
export interface Observed {
  readonly topology: Topology;
  readonly guest: Guest;
  readonly map: AddressMap;
  readonly events: readonly TraceEvent[];
  readonly ledger: Ledger;
  readonly expected: ExpectedStep;
  readonly disks: Disks;
  /** The frames that went through a NIC since the step began, as a pcap. */
  readonly frames: (nic: string) => Promise<Buffer>;
  /** What the guest said. */
  readonly guestSaid: StepRecord['guest'];
  /** A folder for pictures. */
  readonly folder: string;
}

/** What each of the guest's commands said. */
export type GuestResults = StepRecord['guest'];

/** A verb whose devices are watched, also that they do nothing: what the guest is told, what must move, what else the host can look at. */
export interface DataVerb<Options> {
  /** The guest's command. */
  readonly command: (options: Options, topology: Topology) => readonly string[];
  /** More than that one command, where it takes more: then this is what is done. */
  readonly staged?: (options: Options, topology: Topology) => readonly GuestCommand[] | undefined;
  /** Whether it maps memory for devices that then move nothing: what a prototype counts as mapped is not in the ledger. */
  readonly mapsOnly?: true;
  /** What moves if every path is allowed, in the order in which it is driven. */
  readonly transfers: (
    options: Options,
    topology: Topology,
    /** What the guest said that it did: a step of which nobody can know beforehand goes by that. */
    guest: StepRecord['guest'],
  ) => readonly ExpectedTransfer[];
  /** Notes what the step writes to disks if it goes through. */
  readonly effect: (options: Options, disks: Disks) => void;
  /** Whether the guest's account fits, where that is more than success or the refusal that must come. */
  readonly account?: (options: Options, results: GuestResults, topology: Topology) => readonly Check[];
  /** Holds the ledger against what had to move, where it need not be that to the byte. */
  readonly ledger?: (
    options: Options,
    entries: readonly LedgerEntry[],
    expected: readonly ExpectedTransfer[],
  ) => Check | undefined;
  /** Whether the IOMMU has to block something of it: the verb's own `ledger` says what. */
  readonly blocked?: boolean;
  /** Evidence beyond ledger and disks, for a step that goes through. */
  readonly checks: (options: Options, observed: Observed) => Promise<readonly Check[]>;
  /** What is wrong with the evidence itself: it says nothing of the kernel. */
  readonly gaps?: (options: Options, observed: Observed) => readonly Finding[];
  /** What the step measured: numbers that are followed from run to run. */
  readonly measurements?: (options: Options, results: GuestResults) => readonly Measurement[];
}
