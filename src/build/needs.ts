// SPDX-License-Identifier: MIT
import {SpecError, UsageError} from '../base/errors.ts';
import {displayPath} from '../base/paths.ts';
import {type Fragment, mergeFragments, parseLine, type Setting} from './config.ts';

/** Options of the lab's fragments that are a choice, which a user's fragment may make otherwise. */
const choices = new Set(
  [
    ...['LOCALVERSION', 'LOCALVERSION_AUTO', 'PREEMPT_VOLUNTARY', 'HIGH_RES_TIMERS', 'NO_HZ_IDLE'],
    ...['JUMP_LABEL', 'KUNIT', 'KUNIT_DEFAULT_ENABLED', 'PARAVIRT', 'KVM_GUEST', 'HYPERVISOR_GUEST'],
    ...['UNWINDER_FRAME_POINTER', 'INTEL_IOMMU_SVM'],
  ].map((name) => `CONFIG_${name}`),
);

/** Options that no fragment of the lab mentions, and with which no guest of it works. */
const harmful: Readonly<Record<string, string>> = {
  CONFIG_CMDLINE_OVERRIDE: 'the kernel would not read the arguments that a guest is booted with',
  CONFIG_CMDLINE_FORCE: 'the kernel would not read the arguments that a guest is booted with',
  CONFIG_INITRAMFS_FORCE: "the kernel would not take the lab's initramfs",
  CONFIG_MODULE_SIG_FORCE: "the kernel would not load the lab's modules, which nobody signs",
  CONFIG_TRIM_UNUSED_KSYMS: "the kernel would not have the symbols that the lab's modules use",
  CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY: "the kernel would not load the lab's modules, which nobody signs",
  CONFIG_LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY:
    "the kernel would not load the lab's modules, which nobody signs",
};

/** What the lab says of a setting: the comment above it, or above the lines that it stands among. */
function reasonFor({line}: Setting, {text}: Fragment): string {
  const lines = text.split('\n').slice(0, line - 1);
  let at = lines.length - 1;
  while (at >= 0 && isSetting(lines[at])) at--;
  const words: string[] = [];
  for (; at >= 0 && lines[at]?.startsWith('#') === true && !isSetting(lines[at]); at--)
    words.unshift(lines[at]?.replace(/^#\s*/, '') ?? '');
  const said = words.filter((word) => !word.startsWith('SPDX')).join(' ');
  return said.split(/(?<=[.;])\s/)[0]?.replace(/[.;]$/, '') ?? '';
}

function isSetting(line: string | undefined): boolean {
  return line !== undefined && parseLine(line) !== undefined;
}

/** What a line of a fragment may be worth: as Kconfig writes it. */
const value = /^([ymn]|-?\d+|0x[0-9a-fA-F]+|"([^"\\]|\\.)*")$/;

function checkLines({file = '', text}: Fragment): void {
  for (const [index, line] of text.split('\n').entries()) {
    const at = {file: displayPath(file), line: index + 1, column: 1};
    const parsed = parseLine(line);
    if (parsed !== undefined && value.test(parsed[1])) continue;
    if (parsed === undefined && /^\s*(#|$)/.test(line)) continue;
    throw new SpecError(at, `"${line.trim()}" sets no option`, {
      hint: 'a line is CONFIG_X=VALUE, "# CONFIG_X is not set" or a comment of its own',
    });
  }
}

/**
 * Refuses what a user's fragments say otherwise than the lab's: its guests, its topologies or its verdicts depend on it,
 * and the kernel would be blamed for what does not work then. A line that says nothing is refused, too.
 * @throws {SpecError} naming file, line and option, and what the lab needs it for
 */
export function checkNeeds(fragments: readonly Fragment[]): void {
  const own = fragments.filter(({file}) => file !== undefined);
  if (own.length === 0) return;
  for (const fragment of own) checkLines(fragment);
  const labs = fragments.filter(({file}) => file === undefined);
  const needed = mergeFragments(labs);
  for (const fragment of own) {
    for (const {option, value: given, line} of mergeFragments([fragment]).values()) {
      const at = {file: displayPath(fragment.file ?? ''), line, column: 1};
      const harm = given === 'n' ? undefined : harmful[option];
      if (harm !== undefined) throw new SpecError(at, `${option}=${given}: ${harm}`, {hint: 'drop the line'});
      const need = needed.get(option);
      if (need === undefined || need.value === given || choices.has(option)) continue;
      const lab = labs.find(({name}) => name === need.fragment);
      if (lab === undefined) throw new UsageError(`there is no fragment ${need.fragment}`);
      const reason = reasonFor(need, lab);
      throw new SpecError(
        at,
        `${option}=${given}, but the lab needs ${option}=${need.value}${reason === '' ? '' : `: ${reason}`}`,
        {hint: `drop the line; the lab's own is images/config/${lab.name}.config:${need.line}`},
      );
    }
  }
}
