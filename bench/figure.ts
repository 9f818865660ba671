// SPDX-License-Identifier: MIT
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {$} from 'zx';
import {labRoot} from '../src/base/paths.ts';

export const launcher = path.join(labRoot, 'p2plab');

/** Guests side by side, in a suite and by QEMU alone. */
export const jobs = 2;

/** What is measured where any will do. */
export const scenario = 'nvme-copy-same-switch';

/** Where all files of the measurements lie. */
export const work = await mkdtemp(path.join(tmpdir(), 'p2plab-bench-'));

export const quiet = $({quiet: true, stdio: ['ignore', 'pipe', 'pipe']});

/** The lab's way to do something, and the bare one. */
export interface Figure {
  readonly name: string;
  readonly lab: () => Promise<void>;
  readonly bare: () => Promise<void>;
  /** How often; what takes minutes, once. */
  readonly rounds?: number;
}

/** What `run --format json` prints, as far as it is needed here. */
interface Document {
  readonly results: readonly {readonly verdict: string; readonly bundle: string}[];
}

/** Runs a scenario by the lab; returns the folder of its bundle. */
export async function lab(...args: string[]): Promise<string> {
  const {results} = await quiet`${launcher} run --format json ${args}`.json<Document>();
  const wrong = results.find(({verdict}) => verdict !== 'pass');
  if (wrong !== undefined) throw new Error(`a run to be measured did not pass: ${wrong.bundle}`);
  return results[0]?.bundle ?? '';
}
