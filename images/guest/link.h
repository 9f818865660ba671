/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2P_LINK_H
#define P2P_LINK_H

/*
 * Brings the net device @name up and waits until it can send, at most
 * @timeout_ms.  Returns its index or -errno (-ETIMEDOUT: no carrier).
 */
int link_up(const char *name, int timeout_ms);

#endif
