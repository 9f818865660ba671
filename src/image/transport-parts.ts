// SPDX-License-Identifier: MIT
import type {Entry} from './cpio.ts';

/** A program of the userland: its package in Debian, where that installs it, and where it goes in the image. */
export interface UserlandProgram {
  readonly package: string;
  /** An absolute path. */
  readonly installed: string;
  readonly path: string;
}

/** What a transport needs in the image of a guest. */
export interface TransportParts {
  /** Their shared libraries follow them. */
  readonly programs: readonly UserlandProgram[];
  readonly files: readonly Entry[];
  /** Modes of directories that are not 0755, by path. */
  readonly modes: Readonly<Record<string, number>>;
  /** What identifies `files`: part of the image's key. */
  readonly identity: Readonly<Record<string, string>>;
}
