// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkProvider} from './scene.ts';
import {pageBytes, verb} from './verb.ts';

/**
 * Ways to have the kernel pin user pages without FOLL_PCI_P2PDMA: mm/process_vm_access.c, /proc/PID/mem
 * (mm/memory.c, access_remote_vm()), fs/splice.c.
 */
const gupCallers = [
  'process_vm_readv',
  'process_vm_writev',
  'proc-mem-read',
  'proc-mem-write',
  'vmsplice',
] as const;

export const gup = verb({
  movesData: false,
  options: z
    .strictObject({
      provider: deviceId.describe('The provider.'),
      callers: z
        .array(z.enum(gupCallers))
        .min(1)
        .default([...gupCallers])
        .describe('The system calls.'),
    })
    .describe(
      "Passes a provider's memory to system calls that pin user pages without FOLL_PCI_P2PDMA. The kernel must refuse each of them.",
    ),
  check({provider}, scene) {
    checkProvider(scene, ['provider'], provider, pageBytes);
  },
});
