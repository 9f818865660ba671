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

/* False if the name is too long: another job's file would be taken for it. */
static bool job_path(char path[static PATH_MAX], const char *job,
		     const char *what)
{
	return snprintf(path, PATH_MAX, "%s/%s.%s", JOBS, job, what) < PATH_MAX;
}

/* Returns -1 and sets errno, as open(2). */
static int job_open(const char *job, const char *what, int flags)
{
	char path[PATH_MAX];

	if (!job_path(path, job, what)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, flags | O_CLOEXEC, 0600);
}

static bool job_write(const char *job, const char *what, long value)
{
	char path[PATH_MAX], partial[PATH_MAX];
	bool written;
	FILE *file;

	if (!job_path(path, job, what) || !job_path(partial, job, "partial"))
		return false;
	file = fopen(partial, "we");
	if (!file)
		return false;
	written = fprintf(file, "%ld\n", value) > 0;
	/* What is buffered is written here. */
	written = !fclose(file) && written;
	return written && !rename(partial, path);
}

static bool job_read(const char *job, const char *what, long *value)
{
	char path[PATH_MAX];
	FILE *file;
	bool found;

	if (!job_path(path, job, what))
		return false;
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

	/* Nobody would read its output, or its output would be another's. */
	if (nothing < 0 || out < 0 || err < 0 ||
	    dup2(nothing, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(EXIT_LAB);
	execvp(*words, words);
	fprintf(stderr, "p2p: %s: %s\n", *words, strerror(errno));
	_exit(EXIT_USAGE);
}

/* Waits for the command in the place of a parent that must not stay. */
static void supervise(const char *job, char **words)
{
	int status = 0, nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t command, ended;

	setsid();
	/* It must not hold on to the channel of who began it. */
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(nothing, STDOUT_FILENO) < 0 ||
	    dup2(nothing, STDERR_FILENO) < 0 ||
	    !job_write(job, "supervisor", getpid()))
		_exit(EXIT_LAB);
	command = fork();
	if (command < 0) {
		job_write(job, "failed", errno);
		_exit(EXIT_LAB);
	}
	if (!command)
		run_command(job, words);
	if (!job_write(job, "pid", command)) {
		kill(command, SIGKILL);
		_exit(EXIT_LAB);
	}
	do {
		ended = waitpid(command, &status, 0);
	} while (ended < 0 && errno == EINTR);
	if (ended != command ||
	    !job_write(job, "status", WIFEXITED(status) ? WEXITSTATUS(status)
							: 128 + WTERMSIG(status)))
		_exit(EXIT_LAB);
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

/*
 * Whether nobody is left to write the status of a job that has none: it is
 * looked for once more, for that may have been the supervisor's last deed.
 */
static bool is_lost(const char *job)
{
	long supervisor, status;

	if (!job_read(job, "supervisor", &supervisor) || supervisor <= 1)
		return false;
	return kill(supervisor, 0) && errno == ESRCH &&
	       !job_read(job, "status", &status);
}

/* Looks after a job that has just begun; its supervisor is our child. */
static int await_rest(const char *job, pid_t supervisor)
{
	char where[64], before[64] = "";
	long pid, status, error;
	int looks, same = 0;
	bool gone;
	char state;

	for (looks = 0; looks < MOST_LOOKS; looks++, pause_a_little()) {
		gone = waitpid(supervisor, NULL, WNOHANG) == supervisor;
		if (job_read(job, "status", &status))
			return begun(job, "ended", "");
		if (gone)
			return lab_failed("fork", job_read(job, "failed", &error)
							  ? error : ECHILD);
		if (!job_read(job, "pid", &pid) || pid <= 0)
			continue;
		state = process_state(pid, where);
		if (state == 'T')
			return begun(job, "stopped", "");
		if (state != 'D' || strcmp(where, before))
			same = 0;
		else if (++same == SETTLED_LOOKS)
			return begun(job, "waits", where);
		snprintf(before, sizeof(before), "%s", where);
	}
	return fact_failed("begin", ETIMEDOUT, 0);
}

int verb_begin(int argc, char **argv)
{
	static const char *const files[] = {
		"pid", "status", "out", "err", "failed", "supervisor"
	};
	char path[PATH_MAX];
	pid_t supervisor;
	size_t i;

	if (argc < 3 || strchr(argv[1], '/')) {
		fprintf(stderr, "p2p: begin wants a job's name and a command\n");
		return EXIT_USAGE;
	}
	if (mkdir(JOBS, 0700) && errno != EEXIST)
		return lab_failed("mkdir " JOBS, errno);
	/* The status of an earlier job of this name would pass for this one's. */
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (!job_path(path, argv[1], files[i]))
			return lab_failed("job", ENAMETOOLONG);
		if (unlink(path) && errno != ENOENT)
			return lab_failed("unlink", errno);
	}
	supervisor = fork();
	if (supervisor < 0)
		return lab_failed("fork", errno);
	if (!supervisor)
		supervise(argv[1], argv + 2);
	return await_rest(argv[1], supervisor);
}

/* Returns 0 or -errno: output that cannot be read is not the same as none. */
static int give(const char *job, const char *what, FILE *to)
{
	char text[4096];
	int ret, fd = job_open(job, what, O_RDONLY);
	ssize_t len;

	if (fd < 0)
		return -errno;
	while ((len = read(fd, text, sizeof(text))) > 0)
		fwrite(text, 1, len, to);
	ret = len < 0 ? -errno : 0;
	close(fd);
	fflush(to);
	return ret;
}

static int give_all(const char *job, long status)
{
	int ret = give(job, "out", stdout);

	if (!ret)
		ret = give(job, "err", stderr);
	return ret ? lab_failed("output", -ret) : status;
}

int verb_end(int argc, char **argv)
{
	uint64_t seconds, looks;
	char where[64] = "";
	long pid, status;

	if (argc != 3 || !option_number("seconds", argv[2], &seconds))
		return EXIT_USAGE;
	/* 0 and below are process groups, and -1 is everybody. */
	if (!job_read(argv[1], "pid", &pid) || pid <= 1)
		return lab_failed("job", ESRCH);
	if (!job_read(argv[1], "status", &status))
		kill(pid, SIGCONT);
	for (looks = seconds * 1000 / LOOK_MS; looks; looks--) {
		if (job_read(argv[1], "status", &status))
			return give_all(argv[1], status);
		if (is_lost(argv[1]))
			return lab_failed("supervisor", ESRCH);
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
