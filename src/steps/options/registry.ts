// SPDX-License-Identifier: MIT
import type {z} from 'zod';
import type {Frozen} from '../../spec/yaml.ts';
import {acs} from './acs.ts';
import {bind, plug, reset, unbind, unplug} from './device.ts';
import {exhaust} from './exhaust.ts';
import {gup} from './gup.ts';
import {io} from './io.ts';
import {mmap} from './mmap.ts';
import {unload} from './unload.ts';
import {blit} from './blit.ts';
import {copy} from './copy.ts';
import {count} from './count.ts';
import {dma} from './dma.ts';
import {load} from './load.ts';
import {probe} from './probe.ts';
import {run} from './run.ts';
import {starve} from './starve.ts';
import {stress} from './stress.ts';
import {survey} from './survey.ts';
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
  exhaust,
  gup,
  io,
  load,
  mmap,
  plug,
  probe,
  reset,
  run,
  starve,
  stress,
  survey,
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
