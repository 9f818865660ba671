// SPDX-License-Identifier: MIT
import type {Guest} from '../guest/guest.ts';
import {nodeOf, type Topology} from '../topology/model.ts';

/** A command of the guest, and the exit status that it must end with. */
export interface GuestCommand {
  readonly words: readonly string[];
  readonly exit: number;
  /** What the host does before and after it: not repeated where a guest acts by itself. */
  readonly before?: (guest: Guest) => Promise<void>;
  readonly after?: (guest: Guest) => Promise<void>;
  /** Whether what follows is done even if this one fails. */
  readonly carryOn?: boolean;
}

/** The guest starts a command and does not wait for its end, but until it waits itself, or has ended. */
export function begin(job: string, command: GuestCommand): GuestCommand {
  const {words, before} = command;
  return {words: ['p2p', 'begin', job, ...words], exit: 0, ...(before && {before})};
}

/** Waits for the end of what was begun. */
export function end(job: string, command: GuestCommand, seconds: number): GuestCommand {
  const {exit, after} = command;
  return {words: ['p2p', 'end', job, String(seconds)], exit, carryOn: true, ...(after && {after})};
}

/** A command of the guest's tool that must succeed. */
export function tool(...words: readonly string[]): GuestCommand {
  return {words: ['p2p', ...words], exit: 0};
}

/** The words by which the guest's tool finds a device, or host memory. */
export function place(topology: Topology, id: string): string {
  return id === 'host-memory' ? id : nodeOf(topology, id).bdf;
}
