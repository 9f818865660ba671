/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PLAB_TRANSMIT_H
#define P2PLAB_TRANSMIT_H

struct p2plab_transmit;

int p2plab_transmit(const struct p2plab_transmit *request);

/* Waits until no driver has one of our frames any more. */
void p2plab_transmit_drain(void);

#endif
