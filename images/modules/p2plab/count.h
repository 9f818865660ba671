/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef P2PLAB_COUNT_H
#define P2PLAB_COUNT_H

struct p2plab_count;

/* P2PLAB_COUNT.  What is returned in @request is valid if the result is 0. */
int p2plab_count(struct p2plab_count *request);

#endif
