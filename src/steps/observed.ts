// SPDX-License-Identifier: MIT
import type {AddressMap} from '../evidence/address-map.ts';
import type {Ledger} from '../evidence/ledger.ts';
import type {TraceEvent} from '../evidence/trace-event.ts';
import type {Guest} from '../guest/guest.ts';
import type {Topology} from '../topology/model.ts';
import type {ExpectedStep} from '../verdict/expectation.ts';
import type {Fact} from './facts.ts';

/** What each command of a step printed in the guest: it explains, it never decides alone. */
export type GuestResults = readonly {
  readonly command: readonly string[];
  readonly code: number;
  readonly facts: readonly Fact[];
  readonly stdout: string;
  readonly stderr: string;
}[];

/** A number that a step measured. */
export interface Measurement {
  readonly name: string;
  /** `ms`, `bytes`, `instructions`, … */
  readonly unit: string;
  readonly value: number;
}

/** The disks of a run: their images, and the content that each of them must have by now. */
export interface ExpectedDisks {
  /** The image files, by device ID. */
  readonly files: Readonly<Record<string, string>>;
  /** Returns what a disk must hold from `offset` on. */
  read(id: string, offset: number, bytes: number): Buffer;
  /** Notes that a step writes `data` to a disk. */
  write(id: string, offset: number, data: Uint8Array): void;
  /** Takes what the images hold as what they must hold. */
  adopt(): Promise<void>;
}

/** The evidence of a step, once the guest is idle again. */
export interface Observed {
  readonly topology: Topology;
  readonly guest: Guest;
  readonly map: AddressMap;
  readonly events: readonly TraceEvent[];
  readonly ledger: Ledger;
  readonly expected: ExpectedStep;
  readonly disks: ExpectedDisks;
  /** The frames that went through a NIC since the step began, as a pcap. */
  readonly frames: (nic: string) => Promise<Buffer>;
  readonly guestSaid: GuestResults;
  /** A directory for screenshots. */
  readonly folder: string;
}
