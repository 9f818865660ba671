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

/* A PCI function as one number. */
#define P2PLAB_FUNCTION(domain, bus, devfn)                                   \
	(((__u32)(domain) << 16) | ((__u32)(bus) << 8) | (devfn))

/* No PCI function: as initiator a device without DMA mask, else user memory. */
#define P2PLAB_NO_FUNCTION 0xffffffff

enum p2plab_api {
	/* dma_map_sgtable() of a list that holds all segments. */
	P2PLAB_API_SG = 1,
	/* dma_map_page() of each page, as a NIC's driver maps fragments. */
	P2PLAB_API_PAGE = 2,
	/*
	 * dma_map_resource() of each range of a BAR.  It is not made for
	 * ordinary memory: pages of that go to dma_map_page().
	 */
	P2PLAB_API_RESOURCE = 3,
};

enum p2plab_direction {
	P2PLAB_TO_DEVICE = 1,
	P2PLAB_FROM_DEVICE = 2,
	P2PLAB_BOTH_WAYS = 3,
};

/**
 * struct p2plab_segment - memory that a device is to reach
 * @address: a user address; of a BAR's range the offset into the BAR
 * @length: bytes, more than 0
 * @provider: P2PLAB_NO_FUNCTION, or whose BAR it is: P2PLAB_API_RESOURCE only
 * @bar: number of the BAR, 0 to 5; 0 for user memory
 *
 * The range of a BAR may run over its end: what comes of that is the kernel's
 * answer.
 */
struct p2plab_segment {
	__u64 address;
	__u64 length;
	__u32 provider;
	__u32 bar;
};

/* The memory belongs to a PCI function, not to the host. */
#define P2PLAB_EXTENT_PEER 0x1
/* The list marks the address as a bus address: sg_dma_is_bus_address(). */
#define P2PLAB_EXTENT_BUS 0x2

/**
 * struct p2plab_extent - a piece of memory, or an address for a device
 * @address: physical of a piece, of a mapping what the device would be given
 * @length: bytes
 * @flags: P2PLAB_EXTENT_PEER of a piece, P2PLAB_EXTENT_BUS of a mapping
 * @reserved: 0
 */
struct p2plab_extent {
	__u64 address;
	__u64 length;
	__u32 flags;
	__u32 reserved;
};

/* Pages of user memory and extents of a list that one call may have. */
#define P2PLAB_MAX_EXTENTS 1024

/**
 * struct p2plab_map - memory that is mapped for a device, and what came of it
 * @initiator: the function that is to do the DMA, bound to a driver or not
 * @api: an enum p2plab_api
 * @direction: an enum p2plab_direction
 * @mask_bits: 0, or the width of the DMA mask for this call: unbound only
 * @segments: address of the segments
 * @pieces: address of room for @room extents: what the API was called with
 * @mappings: the same for the addresses, in the order of the bytes
 * @segment_count: how many segments there are, 1 to 64
 * @room: 1 to P2PLAB_MAX_EXTENTS
 * @piece_count: returned: how many pieces there were
 * @mapping_count: returned: how many mappings; 0 if it was refused
 * @refusal: returned: 0, or the errno that the API refused with; a
 *           DMA_MAPPING_ERROR is EIO
 * @timeout_ms: P2PLAB_MOVE: how long each DMA may take, 1 to 60000
 * @flags: P2PLAB_MOVE: P2PLAB_MOVE_AFTER_UNMAP or 0
 * @reserved: 0
 */
struct p2plab_map {
	__u32 initiator;
	__u32 api;
	__u32 direction;
	__u32 mask_bits;
	__u64 segments;
	__u64 pieces;
	__u64 mappings;
	__u32 segment_count;
	__u32 room;
	__u32 piece_count;
	__u32 mapping_count;
	__u32 refusal;
	__u32 timeout_ms;
	__u32 flags;
	__u32 reserved;
};

/*
 * Once the memory is unmapped, and before it is unpinned, the edu moves again
 * to or from the addresses that it had.  An IOMMU that translates strictly has
 * to block that.  P2PLAB_TO_DEVICE only: a kernel that is wrong is not to lose
 * data by it.
 */
#define P2PLAB_MOVE_AFTER_UNMAP 0x1

/*
 * Maps the segments, syncs them to and fro, and unmaps them.  Returns 0 if
 * the API was asked, whatever it said: see @refusal.  An error is never the
 * API's, but says why it could not be asked.
 *
 * EFAULT: the memory cannot be pinned for this direction.  ENODEV: no such
 * function.  ENXIO: the initiator has no DMA mask, so nothing can be mapped
 * for it.  EBUSY: a driver comes or goes just now; with @mask_bits: the
 * function has a driver.  EIO: the mask cannot be had.  EMSGSIZE: too many
 * pages or extents.  ENOMEM: our own allocations failed.  EINVAL: anything
 * else that makes no sense, as a BAR that is not there.
 */
#define P2PLAB_PROBE _IOWR('2', 0x71, struct p2plab_map)

/*
 * As P2PLAB_PROBE, for QEMU's edu with our driver: while the memory is mapped
 * the edu moves all of it into its buffer (P2PLAB_TO_DEVICE) or the buffer's
 * beginning into the memory (P2PLAB_FROM_DEVICE), a DMA for each mapping.
 *
 * EOPNOTSUPP: the function is no edu, or our driver is not bound to it.
 * EMSGSIZE: also more than P2PLAB_EDU_BUFFER bytes.  ETIMEDOUT: the edu does
 * not come to an end.
 */
#define P2PLAB_MOVE _IOWR('2', 0x72, struct p2plab_map)

/* What an edu holds: QEMU, hw/misc/edu.c, DMA_SIZE. */
#define P2PLAB_EDU_BUFFER 4096

/**
 * struct p2plab_distance - how far apart Linux takes two functions to be
 * @provider: whose memory it is, published or not
 * @client: the initiator
 * @distance: returned: what pci_p2pdma_distance_many() says, -1 if the client
 *            cannot reach the provider
 * @reserved: 0
 */
struct p2plab_distance {
	__u32 provider;
	__u32 client;
	__s32 distance;
	__u32 reserved;
};

/* ENODEV: no such function. */
#define P2PLAB_DISTANCE _IOWR('2', 0x73, struct p2plab_distance)

enum p2plab_count_operation {
	/* nothing but 1000 instructions, and then 100: to see what a tick is */
	P2PLAB_COUNT_KNOWN = 1,
	/* dma_map_sgtable() of a list of @entries pages, dma_unmap_sgtable() */
	P2PLAB_COUNT_SG = 2,
	/* dma_map_page(), dma_unmap_page() */
	P2PLAB_COUNT_PAGE = 3,
	/* dma_alloc_coherent() of a page, dma_free_coherent() */
	P2PLAB_COUNT_COHERENT = 4,
};

/* How often each operation is done and undone. */
#define P2PLAB_COUNT_ROUNDS 64

#define P2PLAB_COUNT_MAX_ENTRIES 1024

/* Bits of a mark that say what begins or ends with it. */
#define P2PLAB_COUNT_END 0x1
#define P2PLAB_COUNT_NOTHING 0x2
#define P2PLAB_COUNT_FLAGS (P2PLAB_COUNT_END | P2PLAB_COUNT_NOTHING)

/**
 * struct p2plab_count - what it takes to map host memory for an edu
 * @initiator: the edu, which must have our driver
 * @operation: an enum p2plab_count_operation
 * @entries: of a list, 1 to P2PLAB_COUNT_MAX_ENTRIES; else 1
 * @mark: what is written to the edu, with P2PLAB_COUNT_FLAGS to tell which:
 *        before a reading of the HPET that begins a window, and after one
 *        that ends it.  In a window are P2PLAB_COUNT_ROUNDS calls of both
 *        kinds, in turn; or of nothing, for the cost of the loop itself.
 * @map: returned: ticks of the time stamp counter that the first call takes
 * @unmap: returned: the same for what undoes it
 * @rounds: returned: how often that was measured
 * @differing: returned: how many of these rounds took more or less
 *
 * A tick is an instruction where QEMU counts them: -icount shift=0.  The
 * price of reading the counter and of a call that does nothing is subtracted.
 */
struct p2plab_count {
	__u32 initiator;
	__u32 operation;
	__u32 entries;
	__u32 mark;
	__u64 map;
	__u64 unmap;
	__u32 rounds;
	__u32 differing;
};

/*
 * ENODEV: no such function.  EOPNOTSUPP: it is no edu, or has another driver;
 * or this is no x86-64.  EIO: the memory could not be mapped.  EBUSY: a driver
 * comes or goes just now.
 */
#define P2PLAB_COUNT _IOWR('2', 0x74, struct p2plab_count)

#endif
