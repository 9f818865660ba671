/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* What the lab's guest tool asks of /dev/p2plab. */
#ifndef _UAPI_P2PLAB_H
#define _UAPI_P2PLAB_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* IEEE 802 local experimental EtherType 1. */
#define P2PLAB_ETHERTYPE 0x88b5

/* A frame's bytes before its payload: Ethernet header and sequence number. */
#define P2PLAB_HEADER_BYTES 18

/**
 * struct p2plab_transmit - one frame whose payload lies in user memory
 * @address: start of the payload; may be memory of a P2PDMA provider
 * @length: bytes of payload, at most MTU - 4
 * @ifindex: the net device, which must be up and able to gather (NETIF_F_SG)
 * @sequence: goes into the frame, big endian, in front of the payload
 * @timeout_ms: how long to wait for the driver to free the frame, 1 to 60000
 *
 * The frame is broadcast.  Its header is linear and the payload is page
 * fragments of their own, so that the device fetches it from where it lies.
 */
struct p2plab_transmit {
	__u64 address;
	__u32 length;
	__u32 ifindex;
	__u32 sequence;
	__u32 timeout_ms;
};

/*
 * Returns 0 once the driver has freed the frame, which says that it is done
 * with the memory, not that the frame left: a driver that cannot map a
 * fragment frees the frame too.
 *
 * EFAULT: the memory cannot be pinned.  ENODEV: no such interface.  ENETDOWN:
 * it is not running.  EMSGSIZE: longer than the MTU.  EOPNOTSUPP: it cannot
 * gather, so the CPU would copy.  ENOBUFS: the queue refused the frame.
 * ETIMEDOUT: the driver still has it.
 */
#define P2PLAB_TRANSMIT _IOW('2', 0x70, struct p2plab_transmit)

#endif
