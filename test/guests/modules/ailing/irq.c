// SPDX-License-Identifier: GPL-2.0-only
/* A hard interrupt on demand: a timer's. */
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>

#include "ailing.h"

struct call {
	struct hrtimer timer;
	struct completion done;
	void (*function)(void);
};

static enum hrtimer_restart expire(struct hrtimer *timer)
{
	struct call *call = container_of(timer, struct call, timer);

	call->function();
	complete(&call->done);
	return HRTIMER_NORESTART;
}

void call_in_interrupt(void (*function)(void))
{
	struct call call = { .function = function };

	init_completion(&call.done);
	hrtimer_init_on_stack(&call.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	call.timer.function = expire;
	hrtimer_start(&call.timer, ms_to_ktime(5), HRTIMER_MODE_REL_HARD);
	wait_for_completion(&call.done);
	hrtimer_cancel(&call.timer);
	destroy_hrtimer_on_stack(&call.timer);
}
