// SPDX-License-Identifier: MIT
import * as z from 'zod';

/** The outcome of a step that moves data: DMA goes from peer to peer, the kernel refuses the mapping, or only host memory is used. */
export const expectation = z.enum(['peer', 'refused', 'host-memory']);

export type Expectation = z.output<typeof expectation>;
