// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {api} from './api.ts';
import {checkProvider, checkType} from './scene.ts';
import {pageBytes, through, verb} from './verb.ts';

/**
 * In strict mode dma_unmap_*() returns once the IOTLB holds nothing of the mapping
 * (Documentation/admin-guide/kernel-parameters.txt, iommu.strict).
 */
export const useAfterUnmap = verb({
  movesData: true,
  options: z
    .strictObject({
      edu: deviceId.describe('The initiator.'),
      memory: through.describe('Memory that the edu reads: a provider, or host-memory.'),
      api: api.default('sg'),
    })
    .describe(
      'Has an edu read a mapped page, and again at the same address after it was unmapped: an IOMMU in strict mode must block the second read.',
    ),
  check({edu, memory}, scene) {
    checkType(scene, ['edu'], edu, ['edu'], 'edu');
    checkProvider(scene, ['memory'], memory, pageBytes);
  },
});
