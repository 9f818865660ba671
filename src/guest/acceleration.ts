// SPDX-License-Identifier: MIT
import {accessSync, constants} from 'node:fs';
import {mkdir, rm} from 'node:fs/promises';
import {release} from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import {type Context, withDeadline} from '../base/context.ts';
import {HostError, Interrupted, messageOf} from '../base/errors.ts';
import {contentKey} from '../base/hash.ts';
import {readRecord, storePath, writeRecord} from '../base/store.ts';
import type {QemuBinary} from './qemu-binary.ts';

/** How QEMU runs the guest's instructions here, and why so. */
export interface Acceleration {
  /** `tcg-icount` executes one instruction after the other, and counts them. */
  readonly name: 'kvm' | 'tcg' | 'tcg-icount';
  readonly why: string;
}

const schema = z.object({name: z.enum(['kvm', 'tcg']), why: z.string()});

function hasKvm(): boolean {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * What to accelerate with. A /dev/kvm may be there and of no use, so a guest is booted with each and timed;
 * the answer is kept for this host's kernel and this QEMU.
 * @param boot boots a guest with a given acceleration and ends it; rejects when it does not come up
 */
export async function probeAcceleration(
  qemu: QemuBinary,
  boot: (
    plan: {readonly acceleration: Acceleration; readonly folder: string},
    context: Context,
  ) => Promise<void>,
  context: Context,
): Promise<Acceleration> {
  if (!hasKvm()) return {name: 'tcg', why: 'this machine has no /dev/kvm that we may use'};
  const key = `accel-${contentKey({release: release(), qemu: qemu.path, version: qemu.version.text})}`;
  const known = readRecord('probes', key, schema);
  if (known !== undefined) return known;
  const time = async (name: 'kvm' | 'tcg', limit: number): Promise<number> => {
    context.report({topic: 'acceleration', text: `booting a guest with ${name}`});
    // A fixed name: what a killed probe leaves behind is taken up by the next.
    const folder = path.join(storePath('probes', key), name);
    await mkdir(folder, {recursive: true});
    const start = performance.now();
    try {
      const ended = await withDeadline(limit, context, async (limited) => {
        await boot({acceleration: {name, why: 'probe'}, folder}, limited);
      });
      if (ended === 'late') throw new HostError(`a guest is not up within ${(limit / 1000).toFixed(0)} s`);
      return performance.now() - start;
    } finally {
      await rm(path.dirname(folder), {recursive: true, force: true});
    }
  };
  const tcg = await time('tcg', 120_000);
  const found = await time('kvm', Math.max(5000, 2 * tcg)).then(
    (kvm): Acceleration => {
      const times = `a guest is up in ${(kvm / 1000).toFixed(1)} s with kvm, ${(tcg / 1000).toFixed(1)} s with tcg`;
      return {name: kvm < tcg ? 'kvm' : 'tcg', why: times};
    },
    (error: unknown): Acceleration => {
      if (error instanceof Interrupted) throw error;
      return {name: 'tcg', why: `/dev/kvm is there but of no use: ${messageOf(error)}`};
    },
  );
  await writeRecord('probes', key, {...found});
  return found;
}
