// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>

#include "counters.h"

static atomic64_t counters[COUNTERS];

void p2psw_count_add(enum counter counter, u64 value)
{
	atomic64_add(value, &counters[counter]);
}

static int counter_set(const char *value, const struct kernel_param *kp)
{
	return -EPERM;
}

static int counter_get(char *buffer, const struct kernel_param *kp)
{
	const atomic64_t *counter = kp->arg;

	return sysfs_emit(buffer, "%llu\n", (u64)atomic64_read(counter));
}

static const struct kernel_param_ops counter_ops = {
	.set = counter_set,
	.get = counter_get,
};

#define COUNTER(name, index) \
	module_param_cb(name, &counter_ops, &counters[index], 0444)

COUNTER(map_page_peer, MAP_PAGE_PEER);
COUNTER(map_page_peer_bytes, MAP_PAGE_PEER_BYTES);
COUNTER(map_page_host, MAP_PAGE_HOST);
COUNTER(map_sg_peer, MAP_SG_PEER);
COUNTER(map_sg_peer_bytes, MAP_SG_PEER_BYTES);
COUNTER(map_sg_host, MAP_SG_HOST);
COUNTER(map_resource_peer, MAP_RESOURCE_PEER);
COUNTER(map_resource_peer_bytes, MAP_RESOURCE_PEER_BYTES);
COUNTER(map_resource_host, MAP_RESOURCE_HOST);
COUNTER(unmap_peer, UNMAP_PEER);
COUNTER(unmap_host, UNMAP_HOST);
COUNTER(refused, REFUSED);
