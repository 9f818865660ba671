// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lab's way in.  As inetd would, this listens itself and gives each
 * connection a dropbear of its own: a dropbear that listens is loaded twice,
 * once to listen and once more for each connection, and under emulation that
 * is a twentieth of a guest's life.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh.h"

#define SSH_PORT 22
#define BACKLOG 16

int ssh_listen(void)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(SSH_PORT),
	};
	int fd, ret;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (!bind(fd, (const struct sockaddr *)&address, sizeof(address)) &&
	    !listen(fd, BACKLOG))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

static int serve(int connection)
{
	char *const dropbear[] = {
		"/sbin/dropbear", "-i", "-s", "-j", "-k",
		"-r", "/etc/dropbear/host_key", NULL
	};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int ret;

	ret = posix_spawn_file_actions_init(&actions);
	if (ret)
		return -ret;
	ret = posix_spawn_file_actions_adddup2(&actions, connection,
					       STDIN_FILENO);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, connection,
						       STDOUT_FILENO);
	if (!ret)
		ret = posix_spawn(&pid, dropbear[0], &actions, NULL, dropbear,
				  environ);
	posix_spawn_file_actions_destroy(&actions);
	return -ret;
}

int ssh_accept(int listener)
{
	int connection, ret;

	connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (connection < 0)
		return errno == EAGAIN || errno == ECONNABORTED ? 0 : -errno;
	ret = serve(connection);
	close(connection);
	return ret;
}
