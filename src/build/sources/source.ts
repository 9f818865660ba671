// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import type {KernelSourceKind, KernelSourceOf} from '../../spec/kernel-source.ts';

/** A kernel's source as it was published: never written to. */
export interface Source {
  /** Names the work tree and its objects: stays when a user's tree changes, so that builds stay incremental. */
  readonly id: string;
  /** Stands for the content of every file. */
  readonly key: string;
  /** For a person: `linux-source-6.12 6.12.117-1`. */
  readonly title: string;
  /** The directory with the files. Of a user's tree it is the user's own. */
  readonly folder: string;
  /** Its files with what stands for their content, where its id stays when they change. Else all that is in the directory. */
  readonly files?: ReadonlyMap<string, string>;
  /** Whether the directory is a user's: what is in it may change, so that nothing can be linked from it. */
  readonly foreign?: boolean;
}

/** Gets the sources of one kind. */
export interface SourceProvider<K extends KernelSourceKind> {
  /**
   * Finds a source in the cache, or brings it there.
   * @throws {BuildError} when the source is not what it should be; {HostError} when it cannot be had
   */
  readonly ensure: (source: KernelSourceOf<K>, context: Context) => Promise<Source>;
  /** Whether `ensure` downloads nothing. */
  readonly isHere: (source: KernelSourceOf<K>) => Promise<boolean>;
  /** The directory of the user's that is read as it is: the same description may give another kernel. */
  readonly workFolder: (source: KernelSourceOf<K>) => string | undefined;
}
