/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2P_PORT_H
#define P2P_PORT_H

/*
 * Opens the lab's port that the kernel's command line names, as "p2plab.port=
 * ttyS1".  Returns a descriptor, -ENODEV if it names none, or another negative
 * errno.
 */
int port_open(void);

#endif
