/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tool's subcommands, a file each.  argv[0] is the verb's own name; the
 * return value is the exit code.
 */
#ifndef P2P_VERBS_H
#define P2P_VERBS_H

/* EXIT_LAB: the tool itself could not work, which says nothing of the kernel. */
enum { EXIT_DONE = 0, EXIT_KERNEL = 1, EXIT_USAGE = 2, EXIT_LAB = 3 };

int verb_tree(int argc, char **argv);
int verb_acs(int argc, char **argv);
int verb_copy(int argc, char **argv);
int verb_transmit(int argc, char **argv);
int verb_probe(int argc, char **argv);
int verb_dma(int argc, char **argv);
int verb_count(int argc, char **argv);
int verb_survey(int argc, char **argv);
int verb_counters(int argc, char **argv);
int verb_starve(int argc, char **argv);
int verb_stress(int argc, char **argv);
int verb_rebind(int argc, char **argv);
int verb_io(int argc, char **argv);
int verb_map(int argc, char **argv);
int verb_exhaust(int argc, char **argv);
int verb_gup(int argc, char **argv);
int verb_use_after_unmap(int argc, char **argv);
int verb_write_zeroes(int argc, char **argv);
int verb_begin(int argc, char **argv);
int verb_end(int argc, char **argv);
int verb_await(int argc, char **argv);
int verb_bind(int argc, char **argv);
int verb_unbind(int argc, char **argv);
int verb_reset(int argc, char **argv);
int verb_power_off(int argc, char **argv);
int verb_unload(int argc, char **argv);
int verb_log(int argc, char **argv);
int verb_serve(int argc, char **argv);

/* Opens the kernel's log for verb_log(); 0 or -errno. */
int log_open(void);

/* Runs the verb that argv[0] names; with a usage message if it names none. */
int run_verb(int argc, char **argv);

/* The life of the guest's first process: it has no end but the guest's. */
int guest_init(void);

#endif
