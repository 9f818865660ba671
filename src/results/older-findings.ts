// SPDX-License-Identifier: MIT
import {type CheckName, checkNames} from '../spec/check-names.ts';
import {reportKinds} from '../spec/report-kind.ts';
import type {Finding} from '../verdict/finding.ts';
import type {Verdict} from '../base/verdict.ts';

/**
 * What a p2plab before findings recorded: sentences alone. From the few whose parameters are certain the finding is
 * derived; all others are `unknown`. Nothing else reads a sentence, and no sentence of today is read here.
 */
interface OlderCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Sentences of older checks, and the finding that each stands for. */
const patterns: readonly {
  readonly check: CheckName;
  readonly pattern: RegExp;
  readonly finding: (groups: readonly string[]) => Finding;
}[] = [
  {
    check: 'disk',
    pattern: /^the disk of (\S+) differs in (\d+) bytes, the first at offset (\d+)\.$/,
    finding: ([subject = '', bytes, offset]) => {
      return {code: 'disk-differs', subject, parameters: {bytes: Number(bytes), offset: Number(offset)}};
    },
  },
  {
    check: 'disk',
    pattern: /^the disk of (\S+) holds what it must\.$/,
    finding: ([subject = '']) => ({code: 'disk-matches', subject, parameters: {}}),
  },
  {
    check: 'read-back',
    pattern:
      /^the CPU read other bytes in (\S+) than the source holds: (\d+) differ, the first at offset (\d+)\.$/,
    finding: ([subject = '', bytes, offset]) => {
      return {code: 'read-back-differs', subject, parameters: {bytes: Number(bytes), offset: Number(offset)}};
    },
  },
  {
    check: 'read-back',
    pattern: /^the CPU read the source's bytes in (\S+)\.$/,
    finding: ([subject = '']) => ({code: 'read-back-matches', subject, parameters: {}}),
  },
  {
    check: 'placement',
    pattern:
      /^(\S+) was sent to (0x[\da-f]+), but that memory of (\S+) is at (0x[\da-f]+), as the CPU's reads show\.$/,
    finding: ([initiator = '', address, subject = '', expected]) => {
      const parameters = {initiator, address: Number(address), expected: Number(expected)};
      return {code: 'placement-wrong', subject, parameters};
    },
  },
  {
    check: 'iommu',
    pattern: /^(\S+) was given (0x[\da-f]+), which the IOMMU does not know: it let nothing through\.$/,
    finding: ([subject = '', address]) => {
      return {code: 'iommu-unmapped', subject, parameters: {address: Number(address)}};
    },
  },
  {
    check: 'driver',
    pattern: /^(\S+) \((\S+)\) is not bound to a driver\.$/,
    finding: ([subject = '', bdf = '']) => ({code: 'driver-unbound', subject, parameters: {bdf}}),
  },
  {
    check: 'guest',
    pattern: /^the guest reports success\.$/,
    finding: () => ({code: 'guest-success', parameters: {}}),
  },
  {
    check: 'guest',
    pattern: /^the guest's (\S+) failed with ([A-Z\d]+)\.$/,
    finding: ([op = '', errname = '']) => ({code: 'guest-failed', parameters: {op, errname}}),
  },
];

/** Returns the name of an older check, which had the device or the number behind it: `disk src`. */
export function olderCheckName(name: string): CheckName | undefined {
  const given = name === 'in flight' ? 'in-flight' : name.split(' ')[0];
  return checkNames.find((known) => known === given);
}

/** Returns the finding of an older check. */
export function olderCheckFinding({name, detail}: OlderCheck): Finding {
  const check = olderCheckName(name);
  for (const one of patterns) {
    const groups = one.check === check ? one.pattern.exec(detail) : null;
    if (groups !== null) return one.finding(groups.slice(1));
  }
  return {code: 'unknown', parameters: {text: detail}};
}

/** The beginning of a reason that a known issue explained. */
const issuePrefix = /^(?:gap|known issue) [a-z-]+: /;

/**
 * Returns the cause of an older verdict, and of a `fail` the check that failed.
 * @param knownIssue the known issue that explained it
 */
export function olderCause({
  verdict,
  reason,
  knownIssue,
}: {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly knownIssue?: string | null | undefined;
}): {readonly finding: Finding; readonly check?: CheckName} {
  const unknown = {finding: {code: 'unknown', parameters: {text: reason}}} as const;
  if (verdict === 'crash') {
    const [, kind, title] =
      /^([a-z]+): (.+?)(?: \([^()\s]+:\d+\))?(?:, (?:in step \d+ \(.*|before the first step|after the last step))?$/.exec(
        knownIssue == null ? reason : reason.replace(issuePrefix, ''),
      ) ?? [];
    return kind !== undefined && title !== undefined && reportKinds.some((known) => known === kind)
      ? {finding: {code: 'crash', parameters: {kind, title}}}
      : unknown;
  }
  if (verdict === 'error') {
    const [, difference] = /^the machine is not the declared one: (.+)$/.exec(reason) ?? [];
    if (difference !== undefined) return {finding: {code: 'topology-differs', parameters: {difference}}};
    return reason === 'no step left evidence outside the guest: nothing is proven'
      ? {finding: {code: 'no-host-evidence', parameters: {}}}
      : unknown;
  }
  if (verdict !== 'fail' || knownIssue != null) return unknown;
  const [, name = '', detail] = /^([a-z][a-z -]*(?: \S+)?): (.+)$/.exec(reason) ?? [];
  const check = olderCheckName(name);
  if (check === undefined || detail === undefined) return unknown;
  const finding = olderCheckFinding({name, ok: false, detail});
  return finding.code === 'unknown' ? {...unknown, check} : {finding, check};
}
