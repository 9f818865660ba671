// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p begin JOB COMMAND…: starts a command and comes back as soon as that has
 * ended, has stopped itself, or waits in the kernel.
 * p2p end JOB SECONDS: lets it go on, waits for its end, and gives its output
 * and its exit status as if it had run just now.
 *
 * So two things can be made to happen at the same time in a known order, each
 * by a command that ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "options.h"
#include "verbs.h"

#define JOBS "/run/p2p"
#define LOOK_MS 5
/* So long in one place of the kernel is no passing lock. */
#define SETTLED_LOOKS 40
#define MOST_LOOKS (30000 / LOOK_MS)

static void job_path(char path[static PATH_MAX], const char *job,
		     const char *what)
{
	snprintf(path, PATH_MAX, "%s/%s.%s", JOBS, job, what);
}

static int job_open(const char *job, const char *what, int flags)
{
	char path[PATH_MAX];

	job_path(path, job, what);
	return open(path, flags | O_CLOEXEC, 0600);
}

static void job_write(const char *job, const char *what, long value)
{
	char path[PATH_MAX], partial[PATH_MAX];
	FILE *file;

	job_path(path, job, what);
	job_path(partial, job, "partial");
	file = fopen(partial, "we");
	if (!file)
		return;
	fprintf(file, "%ld\n", value);
	fclose(file);
	rename(partial, path);
}

static bool job_read(const char *job, const char *what, long *value)
{
	char path[PATH_MAX];
	FILE *file;
	bool found;

	job_path(path, job, what);
	file = fopen(path, "re");
	if (!file)
		return false;
	found = fscanf(file, "%ld", value) == 1;
	fclose(file);
	return found;
}

static void run_command(const char *job, char **words)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out = job_open(job, "out", O_WRONLY | O_CREAT | O_TRUNC);
	int err = job_open(job, "err", O_WRONLY | O_CREAT | O_TRUNC);

	dup2(nothing, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(*words, words);
	fprintf(stderr, "p2p: %s: %s\n", *words, strerror(errno));
	_exit(EXIT_USAGE);
}

/* Waits for the command in the place of a parent that must not stay. */
static void supervise(const char *job, char **words)
{
	int status, nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t command;

	setsid();
	dup2(nothing, STDIN_FILENO);
	dup2(nothing, STDOUT_FILENO);
	dup2(nothing, STDERR_FILENO);
	command = fork();
	if (!command)
		run_command(job, words);
	job_write(job, "pid", command);
	if (waitpid(command, &status, 0) != command)
		_exit(EXIT_KERNEL);
	job_write(job, "status", WIFEXITED(status) ? WEXITSTATUS(status)
						   : 128 + WTERMSIG(status));
	_exit(EXIT_DONE);
}

/* The process's state as in proc(5), and where in the kernel it waits. */
static char process_state(pid_t pid, char where[static 64])
{
	char path[64], text[512], *end;
	FILE *file;
	char state = 0;

	*where = '\0';
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fgets(text, sizeof(text), file)) {
		end = strrchr(text, ')');
		if (end && end[1])
			state = end[2];
	}
	fclose(file);
	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	file = fopen(path, "re");
	if (!file)
		return state;
	if (!fgets(where, 64, file))
		*where = '\0';
	fclose(file);
	return state;
}

static void pause_a_little(void)
{
	static const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

static int begun(const char *job, const char *state, const char *where)
{
	fact_begin("begin");
	json_string("job", job);
	json_string("state", state);
	if (*where)
		json_string("where", where);
	fact_end();
	return EXIT_DONE;
}

static int await_rest(const char *job)
{
	char where[64], before[64] = "";
	int looks, same = 0;
	long pid, status;
	char state;

	for (looks = 0; looks < MOST_LOOKS; looks++, pause_a_little()) {
		if (job_read(job, "status", &status))
			return begun(job, "ended", "");
		if (!job_read(job, "pid", &pid))
			continue;
		state = process_state(pid, where);
		if (state == 'T')
			return begun(job, "stopped", "");
		if (state != 'D' || strcmp(where, before))
			same = 0;
		else if (++same == SETTLED_LOOKS)
			return begun(job, "waits", where);
		strcpy(before, where);
	}
	return fact_failed("begin", ETIMEDOUT, 0);
}

int verb_begin(int argc, char **argv)
{
	static const char *const files[] = { "pid", "status", "out", "err" };
	char path[PATH_MAX];
	size_t i;

	if (argc < 3 || strchr(argv[1], '/')) {
		fprintf(stderr, "p2p: begin wants a job's name and a command\n");
		return EXIT_USAGE;
	}
	mkdir(JOBS, 0700);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		job_path(path, argv[1], files[i]);
		unlink(path);
	}
	if (!fork())
		supervise(argv[1], argv + 2);
	return await_rest(argv[1]);
}

static void give(const char *job, const char *what, FILE *to)
{
	char text[4096];
	int fd = job_open(job, what, O_RDONLY);
	ssize_t len;

	if (fd < 0)
		return;
	while ((len = read(fd, text, sizeof(text))) > 0)
		fwrite(text, 1, len, to);
	close(fd);
	fflush(to);
}

int verb_end(int argc, char **argv)
{
	uint64_t seconds, looks;
	char where[64] = "";
	long pid, status;

	if (argc != 3 || !option_number("seconds", argv[2], &seconds))
		return EXIT_USAGE;
	if (!job_read(argv[1], "pid", &pid))
		return fact_failed("end", ESRCH, 0);
	kill(pid, SIGCONT);
	for (looks = seconds * 1000 / LOOK_MS; looks; looks--) {
		if (job_read(argv[1], "status", &status)) {
			give(argv[1], "out", stdout);
			give(argv[1], "err", stderr);
			return status;
		}
		pause_a_little();
	}
	process_state(pid, where);
	give(argv[1], "out", stdout);
	fact_begin_failed("end", ETIMEDOUT);
	json_string("job", argv[1]);
	json_string("where", where);
	fact_end();
	return EXIT_KERNEL;
}
