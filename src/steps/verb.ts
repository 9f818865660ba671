// SPDX-License-Identifier: MIT
import type * as z from 'zod';
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Guest} from '../guest/guest.ts';
import type {Frozen} from '../spec/yaml.ts';
import type {Topology} from '../topology/model.ts';
import type {Check} from '../verdict/check.ts';
import type {ExpectedTransfer} from '../verdict/expectation.ts';
import type {Finding, SkipFinding} from '../verdict/finding.ts';
import type {GuestCommand} from './guest-command.ts';
import type {ExpectedDisks, GuestResults, Measurement, Observed} from './observed.ts';
import type {Scene} from './scene.ts';

/** The options of a step, as its verb has them after reading. */
export type Options<S extends z.ZodType> = Frozen<z.output<S>>;

/** What a disk must begin with before the first step. */
export interface DiskHead {
  readonly drive: string;
  readonly bytes: number;
  /** Default: a pattern. */
  readonly content?: () => Buffer;
}

/** A slot that a step empties or fills, by a device in it. */
export interface SlotChange {
  readonly device: string;
  readonly to: 'empty' | 'full';
}

/**
 * How a step is watched: every access; or the addresses that devices are given, all of them, without the accesses that
 * follow; or these addresses in windows of time.
 */
export type Watch = 'accesses' | 'addresses' | 'windows';

/** How the guest's tool reports that the kernel refused a mapping: by an error of the DMA API, or not at all. */
export interface Refusal {
  /** The operation that it reports. */
  readonly op: string;
  readonly reported: 'by-dma-api' | 'never';
}

/** The modules that map DMA for devices and count what they map. */
export interface MappingModules {
  /** Notes a module that serves these devices. */
  loaded(module: string, devices: readonly string[], guest: Guest): Promise<void>;
  /** Notes a device that was bound to its driver. */
  bound(device: string): void;
  unloaded(module: string): void;
}

/** What a step that is not watched is judged in. */
export interface StepScene {
  readonly guest: Guest;
  readonly topology: Topology;
  /** Functions that were unplugged before the step. */
  readonly unplugged: ReadonlySet<string>;
  readonly prototypes: MappingModules;
}

/** A kind of step. What is optional has a default that fits most verbs. */
export interface Verb<S extends z.ZodType = z.ZodType> {
  /** How its options are written. The description is its text in docs/reference.md. */
  readonly options: S;
  /** Options for docs/reference.md. */
  readonly example: z.input<S>;
  /** Whether it moves data by DMA, so that `expect` applies. */
  readonly movesData: boolean;
  /** Reports problems of the options in a topology as it is written. */
  check(options: Options<S>, scene: Scene): void;
  /** Reports problems of the options once the ports of switches are numbered. */
  checkPlanned?(options: Options<S>, topology: Topology, report: Scene['report']): void;
  /** Returns the step as a line of output. */
  title(options: Options<S>): string;
  /** Returns everything that the step has the guest do, in order. It depends on the plan only. */
  commands(options: Options<S>, topology: Topology): readonly GuestCommand[];
  /** How the step is watched and judged, if devices are watched while it runs, even if they must do nothing. */
  readonly watched?: Watched<S>;
  /** How it is judged if it is not watched. Default: by the exit status of each command. */
  checks?(
    options: Options<S>,
    acted: {readonly commands: readonly GuestCommand[]; readonly guest: GuestResults},
    scene: StepScene,
  ): Promise<readonly Check[]>;
  /** Whether it only prepares what other steps test: its failure is an error of the lab. */
  readonly isSetup?: true;
  /** Does what follows a step that passed and is not watched. Returns errors of the lab. */
  passed?(options: Options<S>, scene: StepScene): Promise<readonly Finding[]>;

  /** Returns why a run cannot have this step on this QEMU; undefined if it can. */
  reasonToSkipRun?(options: Options<S>, topology: Topology): SkipFinding | undefined;
  /** Returns why this step alone would prove nothing; undefined if it would. */
  reasonToSkip?(options: Options<S>, topology: Topology): SkipFinding | undefined;
  /** Whether it needs a QEMU that counts instructions. */
  readonly countsInstructions?: true;
  /** The providers whose memory user space or a driver maps, whether or not a device uses it. */
  mapped?(options: Options<S>): readonly string[];
  /** The devices that need a driver, in addition to those of its transfers. */
  bound?(options: Options<S>): readonly string[];
  /** What disks must begin with. */
  heads?(options: Options<S>, topology: Topology): readonly DiskHead[];
  /** Drives whose reads are held while something else is done: QEMU needs a layer below their disks. */
  held?(options: Options<S>): readonly string[];
  /** The kernel module that it loads. */
  loads?(options: Options<S>): string;

  /** How long it takes by its options, in seconds, in addition to the limit of any step. */
  seconds?(options: Options<S>): number;
  /** The same options with this duration. */
  lasting?(options: Options<S>, seconds: number): Options<S>;
  /** The slot that it empties or fills. */
  slotChange?(options: Options<S>): SlotChange | undefined;
  /** The topology once the step has passed. */
  topologyAfter?(options: Options<S>, topology: Topology): Topology;
}

/** The part of a verb whose devices are watched: what must move, and what else the host can look at. */
export interface Watched<S extends z.ZodType = z.ZodType> {
  /** Whether it maps memory for devices that then move nothing: what a prototype counts is not in the ledger. */
  readonly mapsOnly?: true;
  /** Whether its checks are answers of the DMA API, which a bundle has in answers.ktap. */
  readonly asksApi?: true;
  /** Default: all accesses. */
  watch?(options: Options<S>): Watch;
  /** NICs whose descriptors QEMU does not trace: the lab reads them from their rings. */
  untracedSenders?(options: Options<S>, topology: Topology): readonly string[];
  /** What moves if every path is allowed, in the order in which it is driven. */
  transfers(
    options: Options<S>,
    topology: Topology,
    /** What the guest reports: a step of which nobody can know beforehand goes by that. */
    guest: GuestResults,
  ): readonly ExpectedTransfer[];
  /** Notes what the step writes to disks if it goes through. */
  effect?(options: Options<S>, disks: ExpectedDisks): void;
  /** Default: a read or a write of block I/O fails. */
  readonly refusal?: Refusal;
  /** Whether the guest's account fits, where that is more than success or the refusal that must come. */
  account?(options: Options<S>, results: GuestResults, topology: Topology): readonly Check[];
  /** Holds the ledger against what had to move, where it need not be that to the byte. */
  ledger?(
    options: Options<S>,
    entries: readonly LedgerEntry[],
    expected: readonly ExpectedTransfer[],
  ): Check | undefined;
  /** Whether the IOMMU has to block something of it: the verb's own `ledger` says what. */
  readonly blocked?: true;
  /** Evidence beyond ledger and disks, for a step that goes through. */
  checks?(options: Options<S>, observed: Observed): Promise<readonly Check[]>;
  /** What is wrong with the evidence itself: it says nothing about the kernel. */
  gaps?(options: Options<S>, observed: Observed): readonly Finding[];
  /** Numbers that are followed from run to run. */
  measurements?(options: Options<S>, results: GuestResults): readonly Measurement[];
}

/** Gives a verb the type of its own options. */
export function verb<S extends z.ZodType>(definition: Verb<S>): Verb<S> {
  return definition;
}
