// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's file systems, and an address for the control NIC. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system.h"

/* What QEMU's user network gives to its first guest. */
#define ADDRESS "10.0.2.15"
#define NETMASK "255.255.255.0"
/* Its own address, and a port at which nobody listens. */
#define HOST "10.0.2.2"
#define DISCARD_PORT 9

int mount_all(void)
{
	static const char * const types[][2] = {
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" },
		{ "devpts", "/dev/pts" },
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		const char *type = types[i][0], *target = types[i][1];

		if (mkdir(target, 0755) && errno != EEXIST)
			return -errno;
		if (mount(type, target, type, 0, NULL))
			return -errno;
	}
	return 0;
}

static int set_address(int fd, struct ifreq *request, unsigned long what,
		       const char *text)
{
	struct sockaddr_in *address = (struct sockaddr_in *)&request->ifr_addr;

	*address = (struct sockaddr_in) { .sin_family = AF_INET };
	inet_pton(AF_INET, text, &address->sin_addr);
	return ioctl(fd, what, request) ? -errno : 0;
}

static int bring_up(int fd, const char *name, const char *address)
{
	struct ifreq request = { 0 };
	int ret = 0;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (address) {
		ret = set_address(fd, &request, SIOCSIFADDR, address);
		if (!ret)
			ret = set_address(fd, &request, SIOCSIFNETMASK,
					  NETMASK);
	}
	if (ret)
		return ret;
	request.ifr_flags = IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &request) ? -errno : 0;
}

/* The only virtio NIC, or the SoC's own: never one of the tested tree. */
static int control_nic(char name[static IFNAMSIZ])
{
	static const char *const places[] = {
		"/sys/bus/virtio/drivers/virtio_net/virtio*/net/*",
		"/sys/bus/platform/devices/*/net/*",
	};
	glob_t found;
	char *end;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		if (glob(places[i], 0, NULL, &found))
			continue;
		end = strrchr(found.gl_pathv[0], '/');
		snprintf(name, IFNAMSIZ, "%s", end + 1);
		globfree(&found);
		return 0;
	}
	return -ENODEV;
}

/*
 * QEMU's network has a first connection wait for a quarter of a second, until
 * it knows who the guest is: it learns that from a question for itself.
 */
static void announce(int fd)
{
	struct sockaddr_in host = {
		.sin_family = AF_INET,
		.sin_port = htons(DISCARD_PORT),
	};

	inet_pton(AF_INET, HOST, &host.sin_addr);
	sendto(fd, "", 1, 0, (struct sockaddr *)&host, sizeof(host));
}

int start_network(void)
{
	char name[IFNAMSIZ];
	int fd, ret;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	ret = bring_up(fd, "lo", NULL);
	if (!ret)
		ret = control_nic(name);
	if (!ret)
		ret = bring_up(fd, name, ADDRESS);
	if (!ret)
		announce(fd);
	close(fd);
	return ret;
}
