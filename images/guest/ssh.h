/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2P_SSH_H
#define P2P_SSH_H

/* Returns a listening socket, or a negative errno. */
int ssh_listen(void);

/*
 * Serves the connection that waits at the socket, if there is one.  Returns 0
 * or a negative errno.
 */
int ssh_accept(int listener);

#endif
