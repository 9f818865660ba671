// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {api} from './api.ts';
import {checkProvider, checkType} from './scene.ts';
import {pageBytes, through, verb} from './verb.ts';

/**
 * An edu reads a page of memory that is mapped for it, and once more at the same address after it was unmapped. An
 * IOMMU in strict mode has to block the second read: dma_unmap_*() returns once the IOTLB holds nothing of the mapping
 * (Documentation/admin-guide/kernel-parameters.txt, iommu.strict).
 */
export const useAfterUnmap = verb({
  movesData: true,
  options: z.strictObject({edu: deviceId, memory: through, api: api.default('sg')}),
  check({edu, memory}, scene) {
    checkType(scene, ['edu'], edu, ['edu'], 'edu');
    checkProvider(scene, ['memory'], memory, pageBytes);
  },
});
