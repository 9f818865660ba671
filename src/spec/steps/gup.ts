// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkProvider} from './scene.ts';
import {pageBytes, verb} from './verb.ts';

/**
 * Ways to have the kernel pin user pages without FOLL_PCI_P2PDMA: mm/process_vm_access.c, /proc/PID/mem
 * (mm/memory.c, access_remote_vm()), fs/splice.c.
 */
export const gupCallers = [
  'process_vm_readv',
  'process_vm_writev',
  'proc-mem-read',
  'proc-mem-write',
  'vmsplice',
] as const;

/**
 * Gives a provider's memory to system calls that pin user pages without FOLL_PCI_P2PDMA: the kernel must refuse
 * each of them. No device moves anything, and the CPU must not reach the memory either.
 */
export const gup = verb({
  movesData: false,
  options: z.strictObject({
    provider: deviceId,
    callers: z
      .array(z.enum(gupCallers))
      .min(1)
      .default([...gupCallers]),
  }),
  check({provider}, scene) {
    checkProvider(scene, ['provider'], provider, pageBytes);
  },
});
