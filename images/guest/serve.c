// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2p serve: runs the tool's own verbs as a client writes them on standard
 * input, so that one channel of ssh and one exec serve them all: under
 * emulation each costs more than most verbs do.
 *
 * A request is a line of words with US (0x1f) between them.  What the verb
 * prints follows, on standard output whatever it meant it for, then a line of
 * EOT (0x04) and the exit status, 128 and the signal's number if one ended it.
 * A request that could not be given a process ends with EXIT_LAB.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "verbs.h"

#define MAX_WORDS 64

static int split(char *line, char *words[static MAX_WORDS + 1])
{
	int count = 0;

	line[strcspn(line, "\n")] = '\0';
	while (line && count < MAX_WORDS)
		words[count++] = strsep(&line, "\x1f");
	words[count] = NULL;
	return count;
}

/* Each verb has a process of its own: it may leak, hang or crash. */
static int run(int count, char **words)
{
	int status;
	pid_t pid;

	/* It must work in a guest that is too ill to fork. */
	if (count == 1 && !strcmp(words[0], "log"))
		return verb_log(count, words);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return lab_failed("fork", errno);
	if (!pid) {
		if (dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
			_exit(lab_failed("dup2", errno));
		exit(run_verb(count, words));
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return lab_failed("wait", errno);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

int verb_serve(int argc, char **argv)
{
	char *line = NULL, *words[MAX_WORDS + 1];
	size_t room = 0;

	if (argc != 1) {
		fprintf(stderr, "p2p: unexpected '%s'\n", argv[1]);
		return EXIT_USAGE;
	}
	/* From here on no record is missed.  A failure is told when it is asked for. */
	log_open();
	while (getline(&line, &room, stdin) > 0) {
		int status = run(split(line, words), words);

		printf("\x04%d\n", status);
		fflush(stdout);
	}
	free(line);
	return EXIT_DONE;
}
