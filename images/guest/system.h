/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2P_SYSTEM_H
#define P2P_SYSTEM_H

/* Both return 0 or a negative errno. */
int mount_all(void);
int start_network(void);

#endif
