// SPDX-License-Identifier: MIT
import type {AddressMap} from '../evidence/address-map.ts';
import type {Feature} from '../spec/features.ts';
import type {Expectation} from '../spec/expectation.ts';
import type {Api} from '../spec/api.ts';
import type {MapType} from '../topology/maptype.ts';
import type {Topology} from '../topology/model.ts';
import type {Rule} from './refusal.ts';
import type {Asked} from './map-type-cache.ts';

/** Bytes that must move: one initiator, one direction, one target. */
export interface ExpectedTransfer {
  readonly initiator: string;
  /** As the initiator does it to the target. */
  readonly direction: 'read' | 'write';
  /** A device's id or `host-memory`. */
  readonly target: string;
  readonly bytes: number;
  readonly api: Api;
  /**
   * Which of several sequences it belongs to, where a step drives them beside each other: a transfer that the kernel
   * refuses ends its own sequence only.
   */
  readonly beside?: string;
}

/** The transfer that a step is about: the last that goes to a peer, else the last. */
export interface Subject extends Pick<ExpectedTransfer, 'initiator' | 'direction' | 'target' | 'api'> {
  /** How the initiator reaches the target by the model of the tree. */
  readonly path: MapType | 'host-memory';
}

/** The expected outcome of a step, and the reason. */
export interface ExpectedStep {
  readonly outcome: Expectation;
  readonly transfers: readonly ExpectedTransfer[];
  /** The transfers that the kernel must refuse: the first of them ends the step. */
  readonly refused: readonly ExpectedTransfer[];
  /** By which rule, where it follows from the model. */
  readonly rule?: Rule;
  /** The device whose memory nobody can map: that is how it must end. */
  readonly absent?: string;
  /** A sentence: the rule behind it. */
  readonly why: string;
  readonly subject?: Subject;
  /** What a kernel with these features is known to do instead. It is wrong all the same. */
  readonly predicted?: Prediction;
  /** What the model of the topology says, where the scenario's own expectation contradicts it. */
  readonly contradiction?: string;
}

/** Whose DMA is judged: the tree decides what must come, the kernel's features what is known to come. */
export interface Bench {
  readonly topology: Topology;
  readonly features: readonly Feature[];
  /** What the kernel worked out before. */
  readonly asked?: Asked;
  /** What lies where on the bus, once that is known: an address may be beyond a mask. */
  readonly map?: AddressMap;
}

/** What a kernel without a feature is known to do wrong. */
export interface Prediction {
  /** The missing feature. */
  readonly knownIssue: Feature;
  /** What moves then, the transfers that had to be refused among them. */
  readonly transfers: readonly ExpectedTransfer[];
  /** Those of them that go elsewhere than they had to. */
  readonly astray: readonly ExpectedTransfer[];
  /** Those of them that reach their peer by an IOVA, where they had to turn around below the IOMMU. */
  readonly detours: readonly ExpectedTransfer[];
  /** A sentence. */
  readonly why: string;
  /** The step does not end. */
  readonly hangs?: true;
}
