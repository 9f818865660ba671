// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel tells over rtnetlink that a link runs, and only after its queue
 * was activated (net/core/link_watch.c): an event to wait for, where the
 * "carrier" attribute would be too early.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
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
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
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

static bool says_running(const void *data, ssize_t len, int ifindex)
{
	const struct nlmsghdr *header = data;

	for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len)) {
		const struct ifinfomsg *link = NLMSG_DATA(header);

		if (header->nlmsg_type == RTM_NEWLINK &&
		    link->ifi_index == ifindex &&
		    (link->ifi_flags & IFF_RUNNING))
			return true;
	}
	return false;
}

static int wait_running(int fd, int ifindex, int timeout_ms)
{
	long long deadline = now_ms() + timeout_ms;
	_Alignas(struct nlmsghdr) char data[16384];
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	for (;;) {
		long long left = deadline - now_ms();
		ssize_t len;

		if (left <= 0 || !poll(&poller, 1, left))
			return -ETIMEDOUT;
		len = recv(fd, data, sizeof(data), 0);
		if (len < 0)
			return -errno;
		if (says_running(data, len, ifindex))
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
		ret = wait_running(fd, ifindex, timeout_ms);
	close(fd);
	return ret ? ret : ifindex;
}
