// SPDX-License-Identifier: MIT
import * as z from 'zod';

/**
 * How an initiator's driver has the DMA API map: a list of segments (dma_map_sgtable), a page (dma_map_page)
 * or a range of a BAR (dma_map_resource).
 */
export const api = z.enum(['sg', 'page', 'resource']);

export type Api = z.output<typeof api>;
