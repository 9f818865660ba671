// SPDX-License-Identifier: MIT
import {acs} from './acs.ts';
import {bind} from './bind.ts';
import {blit} from './blit.ts';
import {copy} from './copy.ts';
import {count} from './count.ts';
import {dma} from './dma.ts';
import {drainPool} from './drain-pool.ts';
import {gup} from './gup.ts';
import {io} from './io.ts';
import {load} from './load.ts';
import {mmap} from './mmap.ts';
import {plug} from './plug.ts';
import {mapProbe} from './map-probe.ts';
import {reset} from './reset.ts';
import {run} from './run.ts';
import {failAllocations} from './fail-allocations.ts';
import {stress} from './stress.ts';
import {mapMatrix} from './map-matrix.ts';
import {transmit} from './transmit.ts';
import {unbind} from './unbind.ts';
import {unload} from './unload.ts';
import {unplug} from './unplug.ts';
import {useAfterUnmap} from './use-after-unmap.ts';
import type {Options, Verb} from './verb.ts';
import {writeZeroes} from './write-zeroes.ts';

/** All verbs. A new one is a file of its own and a name here. */
export const verbs = {
  acs,
  bind,
  blit,
  copy,
  count,
  dma,
  'drain-pool': drainPool,
  gup,
  io,
  load,
  mmap,
  plug,
  'map-probe': mapProbe,
  reset,
  run,
  'fail-allocations': failAllocations,
  stress,
  'map-matrix': mapMatrix,
  transmit,
  unbind,
  unload,
  unplug,
  'use-after-unmap': useAfterUnmap,
  'write-zeroes': writeZeroes,
} as const satisfies Readonly<Record<string, Verb>>;

export type VerbName = keyof typeof verbs;

/** A verb's options as its step has them after reading. */
export type OptionsOf<V extends VerbName> = Options<(typeof verbs)[V]['options']>;

export const verbNames = Object.keys(verbs) as readonly VerbName[];

/** Whether the checks of a step with this verb, by its name in a record, are answers of the DMA API. */
export function asksApi(name: string): boolean {
  return Object.hasOwn(verbs, name) && verbOf({verb: name as VerbName}).watched?.asksApi === true;
}

/** Returns the verb of a step, for the options of that step. */
export function verbOf({verb}: {readonly verb: VerbName}): Verb {
  return verbs[verb];
}
