// SPDX-License-Identifier: MIT

/** Functions that are in a trace because something is reported, or by which it was noticed: not those to blame. */
const reporting: readonly RegExp[] = [
  // The stack is printed.
  /^(dump_stack|show_stack|show_regs|show_trace|dump_backtrace|__dump_stack|sched_show_task|print_stack_trace)/,
  /^(nmi_cpu_backtrace|nmi_trigger_|arch_trigger_|rcu_dump_cpu_stacks|trigger_\w+_cpu_backtrace)/,
  /^((nmi_|v)?panic$|panic_bad_stack|__warn|warn_slowpath|report_bug|handle_bug|(__)?die(_body)?$|oops_|page_fault_oops|die_kernel_fault|bug_handler|brk_handler|bust_spinlocks|arm64_force_|__stack_chk_fail)/,
  // An NMI that made it panic.
  /^(unknown_nmi_error|default_do_nmi|do_nmi|end_repeat_nmi|first_nmi|nmi_restore|repeat_nmi)/,
  // What a CPU trapped, or the interrupt in which it was seen.
  /^(asm_)?(exc|sysvec|common_interrupt)_/,
  /^(bad_area|do_mem_abort|do_translation_fault|do_page_fault|do_user_addr_fault|__do_kernel_fault|do_debug_exception|el1_|el1h_|search_module_extables|kernelmode_fixup|bad_mode|handle_bad_stack|__bad_stack|bad_stack)/,
  /^(watchdog|lockup_detector|softlockup|rcu_sched_clock_irq|rcu_check_gp|print_cpu_stall|print_other_cpu|check_cpu_stall|update_process_times|tick_|__hrtimer_|hrtimer_|timer_handler|run_timer|__irq_exit|irq_exit|handle_softirqs|__do_softirq|__sysvec_)/,
  // KASAN, KFENCE, KCSAN, UBSAN, kmemleak.
  /^(k?asan_|__k?asan|__hwasan|print_report|print_address_desc|check_region_inline|check_memory_region|end_report|start_report|kfence_|__kfence|kcsan_|__tsan_|__ubsan_|ubsan_|handle_overflow|kmemleak_|create_object|slab_post_alloc|poison_)/,
  // The allocator: it is the caller who frees twice, and who leaks.
  /^(__)?(kmalloc|kzalloc|krealloc|kfree|kvfree|kvmalloc|vfree|vmalloc|kmem_cache_(alloc|free)|slab_free)(_(noprof|node|cache|large|track_caller|sensitive|bulk|rcu|array|range|hook).*)?$/,
  /^(__slab_|___slab_|do_slab_free|free_to_partial|slab_(bug|err|pad|fix)|object_err|check_(object|bytes|slab)|free_debug_processing|alloc_debug_processing|free_(consistency|deferred)|on_freelist|print_trailer|slub_|bad_page|free_page_is_bad|free_pages?_prepare|free_unref_|__free_pages|___free_pages|free_pages|free_frozen|free_tail_page)/,
  // Lockdep, and the locks through which it sees.
  /^(lock_acquire|lock_release|__lock_acquire|lock_is_held|validate_chain|check_(prev|noncircular|irq|deadlock|usage|redundant|path|wait)|mark_(lock|held|usage)|print_(circular|deadlock|irq|usage|bad|unlock|lock|kernel|freed|invalid|shortest)|register_lock_class|assign_lock_key|lockdep_|debug_check_no_locks|debug_locks|valid_state|lock_map_)/,
  /^_?(raw_)?_?(spin|read|write)_(try|un)?lock/,
  /^__(mutex|raw_spin|raw_read|raw_write|down|up|rwsem)_/,
  /^(mutex_|spin_|do_raw_(spin|read|write)_|rwsem_|(down|up)_(read|write|interruptible|killable|timeout|trylock))/,
  /^(spin_bug|__might_|might_|debug_mutex)/,
  // A task that sleeps, and one that must not.
  /^(__schedule(_bug)?$|schedule(_(timeout|preempt|hrtimeout|rtlock|idle|user).*)?$|io_schedule|preempt_schedule|context_switch|__switch_to|wait_for_|__wait_for|do_wait_|wait_woken|msleep|usleep|completion|bit_wait|__wait_on)/,
  // Waiting by counting.
  /^(delay_|__delay|__const_udelay|__udelay|__ndelay|udelay|rep_nop|cpu_relax|native_|pv_|arch_cpu_idle|default_idle|__const_delay)/,
  // Copies.
  /^(memcpy|memset|memmove|memcmp|strcpy|strncpy|strscpy|strlen|strcat|strnlen|__mem(cpy|set|move)|sized_str|copy_(to|from)_user|_copy_|__copy_|usercopy_|__check_(object|heap)|check_(stack|heap|page)_object|__fortify|fortify_)/,
  /^(__rcu_|rcu_lockdep|rcu_note|rcu_read_)/,
];

/** What checks what it is given, for its caller: to blame only where a CPU traps in it. */
const checking =
  /^(refcount_|__list_(add|del)|list_(add|del)|debug_(object|check|dma|print)|__debug_|check_(unmap|sync|for)|add_dma_entry|active_cacheline|err_printk|dma_(map|unmap|sync|alloc|free|pool)|__dma_|dma_debug|dmam_|(blocking_|atomic_)?notifier_call_chain)/;

/** How a task came into the kernel: the same for all. */
const entry =
  /^(do_syscall_64|entry_SYSCALL|x64_sys_call|do_int80|ret_from_fork|kthread$|el0_svc|el0t_|do_el0_svc|invoke_syscall|syscall_|asm_|secondary_startup|start_secondary|common_startup|cpu_startup_entry|do_idle)/;

/** Functions in which every blocked task is (/proc/PID/stack): who called them is of interest. */
const waiting =
  /^_*(schedule(_timeout(_uninterruptible|_idle)?|_preempt_disabled|_hrtimeout\w*)?|io_schedule(_timeout)?|msleep\w*|wait_for_common|(__)?wait_for_completion(_\w+)?|bit_wait\w*|mutex_lock\w*|rwsem_down_\w+|down_(read|write))(\.\w+)*$/;

/** A CPU that has nothing to do. */
const idle = /^(do_idle|default_idle|cpu_idle|arch_cpu_idle)/;

/**
 * Whether a function only reports, or only noticed.
 * @param trapped whether the report is of a CPU that trapped
 */
export function isReporting(name: string, trapped: boolean): boolean {
  return reporting.some((pattern) => pattern.test(name)) || (!trapped && checking.test(name));
}

/** Whether a function only lets a task into the kernel. */
export function isEntry(name: string): boolean {
  return entry.test(name);
}

/** Whether a function only waits for what its caller asked for. */
export function isWaiting(name: string): boolean {
  return waiting.test(name);
}

/** Whether a function is of the loop in which a CPU has nothing to do. */
export function isIdle(name: string): boolean {
  return idle.test(name);
}
