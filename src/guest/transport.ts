// SPDX-License-Identifier: MIT
import type {Duplex, Readable, Writable} from 'node:stream';
import type {TransportParts} from '../image/transport-parts.ts';

/** How a command in a guest ended. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the guest wrote more than was kept. */
  readonly truncated: boolean;
}

/** The size of a terminal in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly cols: number;
}

/** A program that runs in the guest, and the caller's ends of its streams. */
export interface Session {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  /**
   * The exit code, 129 if a signal ended it. Resolves when the output has been read.
   * Rejects with a HostError when the connection is lost: that is never a success.
   */
  readonly ended: Promise<number>;
  /** Resizes the terminal, of a session that has one. */
  readonly resize: (size: TerminalSize) => void;
}

/** How a person, or another program on this host, gets into the guest while the transport is open. */
export interface OutsideAccess {
  readonly command: readonly string[];
  /** What the command uses, in words. */
  readonly detail: string;
}

/**
 * An open connection to a booted guest. All methods reject with a HostError when it is lost; what limits their time
 * is the caller's. Commands run concurrently.
 */
export interface Transport {
  /** Runs a command to its end. Output is kept up to a limit. */
  readonly exec: (words: readonly string[]) => Promise<ExecResult>;
  /** Starts a command that the caller talks to. */
  readonly open: (words: readonly string[]) => Promise<Session>;
  /** Writes a file in the guest. Rejects unless all of it was written. */
  readonly upload: (content: Uint8Array, file: string) => Promise<void>;
  /** Opens an interactive shell on a terminal of the guest. `term` is as in TERM. */
  readonly openShell: (terminal: TerminalSize & {readonly term: string}) => Promise<Session>;
  /** Connects to a TCP port on the guest's loopback interface, where a debug stub listens for example. */
  readonly forward: (port: number) => Promise<Duplex>;
  /** Writes what other programs need into an existing directory, and returns how they connect. */
  readonly admit: (folder: string) => Promise<OutsideAccess>;
  /** Closes the connection. Can be called twice. */
  readonly close: () => void;
}

/** What is known of a transport before a guest boots. A new one is registered in transports.ts. */
export interface TransportDescription {
  /** In messages. */
  readonly name: string;
  /** What the guest's image needs for it. */
  readonly image: TransportParts;
  /** Options of the backend of the lab's NIC, as `-netdev user` takes them. */
  readonly network: readonly string[];
  /** Called when a guest begins to boot: what is large is loaded meanwhile. */
  readonly preload: () => void;
  /**
   * Connects to a guest that has reported that it is ready.
   * @param monitor runs a command of QEMU's human monitor
   */
  readonly connect: (monitor: (line: string) => Promise<string>) => Promise<Transport>;
}

/** Returns a result as P2PLAB_DEBUG shows it. */
export function describeResult({code, stdout, stderr, truncated}: ExecResult): string {
  const streams = [...(stdout === '' ? [] : [stdout]), ...(stderr === '' ? [] : [`stderr: ${stderr}`])];
  return [`exit ${code}${truncated ? ' (truncated)' : ''}`, ...streams].join('; ');
}
