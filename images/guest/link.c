// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel tells over rtnetlink that a link is up, and only after its queue
 * was activated (linkwatch_do_dev() in net/core/link_watch.c).  The "carrier"
 * attribute is too early, for until then the queue drops every frame; so is
 * IFF_RUNNING, which is also set while the state is not known yet.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <linux/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "link.h"

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int set_up(const char *name)
{
	struct ifreq request = { 0 };
	int fd, ret = 0;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		ret = -errno;
	request.ifr_flags |= IFF_UP;
	if (!ret && ioctl(fd, SIOCSIFFLAGS, &request))
		ret = -errno;
	close(fd);
	return ret;
}

static int open_events(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

/* The state as it is now comes as one more event. */
static int ask_state(int fd, int ifindex)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.link = { .ifi_index = ifindex },
	};

	if (send(fd, &request, sizeof(request), 0) < 0)
		return -errno;
	return 0;
}

static bool is_up(const struct nlmsghdr *header, int ifindex)
{
	const struct ifinfomsg *link = NLMSG_DATA(header);
	const struct rtattr *attribute = IFLA_RTA(link);
	int len = IFLA_PAYLOAD(header);

	if (header->nlmsg_type != RTM_NEWLINK || link->ifi_index != ifindex ||
	    !(link->ifi_flags & IFF_LOWER_UP))
		return false;
	for (; RTA_OK(attribute, len); attribute = RTA_NEXT(attribute, len)) {
		if (attribute->rta_type == IFLA_OPERSTATE)
			return *(const __u8 *)RTA_DATA(attribute) == IF_OPER_UP;
	}
	return false;
}

static bool says_up(const void *data, ssize_t len, int ifindex)
{
	const struct nlmsghdr *header = data;

	for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len)) {
		if (is_up(header, ifindex))
			return true;
	}
	return false;
}

static int wait_up(int fd, int ifindex, int timeout_ms)
{
	long long deadline = now_ms() + timeout_ms;
	union {
		struct nlmsghdr aligned;
		char bytes[16384];
	} data;
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	for (;;) {
		long long left = deadline - now_ms();
		ssize_t len;

		if (left <= 0 || !poll(&poller, 1, left))
			return -ETIMEDOUT;
		len = recv(fd, &data, sizeof(data), 0);
		if (len < 0)
			return -errno;
		if (says_up(&data, len, ifindex))
			return 0;
	}
}

int link_up(const char *name, int timeout_ms)
{
	int ifindex = if_nametoindex(name);
	int fd, ret;

	if (!ifindex)
		return -errno;
	fd = open_events();
	if (fd < 0)
		return fd;
	ret = set_up(name);
	if (!ret)
		ret = ask_state(fd, ifindex);
	if (!ret)
		ret = wait_up(fd, ifindex, timeout_ms);
	close(fd);
	return ret ? ret : ifindex;
}
