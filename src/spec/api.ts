// SPDX-License-Identifier: MIT
import * as z from 'zod';

export const api = z
  .enum(['sg', 'page', 'resource'])
  .describe(
    'How the driver maps memory: sg (dma_map_sgtable), page (dma_map_page) or resource (dma_map_resource of a BAR range).',
  );

export type Api = z.output<typeof api>;
