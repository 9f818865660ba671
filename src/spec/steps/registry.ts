// SPDX-License-Identifier: MIT
import type {z} from 'zod';
import type {Frozen} from '../yaml.ts';
import {acs} from './acs.ts';
import {bind, plug, reset, unbind, unplug} from './device.ts';
import {drainPool} from './drain-pool.ts';
import {gup} from './gup.ts';
import {io} from './io.ts';
import {mmap} from './mmap.ts';
import {unload} from './unload.ts';
import {blit} from './blit.ts';
import {copy} from './copy.ts';
import {count} from './count.ts';
import {dma} from './dma.ts';
import {load} from './load.ts';
import {mapProbe} from './map-probe.ts';
import {run} from './run.ts';
import {failAllocations} from './fail-allocations.ts';
import {stress} from './stress.ts';
import {mapMatrix} from './map-matrix.ts';
import {transmit} from './transmit.ts';
import {useAfterUnmap} from './use-after-unmap.ts';

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
} as const;

export type VerbName = keyof typeof verbs;

/** A verb's options as its step has them after reading. */
export type OptionsOf<V extends VerbName> = Frozen<z.output<(typeof verbs)[V]['options']>>;

export const verbNames = Object.keys(verbs) as readonly VerbName[];
