// SPDX-License-Identifier: MIT
import type {Verdict} from '../../base/verdict.ts';

/** What a run came to, as far as a search looks at it. */
export interface Seen {
  readonly verdict: Verdict;
  readonly reason: string;
  /** The kind of failure; undefined for what did not fail. */
  readonly fingerprint: string | undefined;
  /** The known issue that explains the failure. */
  readonly knownIssue?: string | undefined;
}

/** What is searched for. */
export interface Symptom {
  readonly verdict: 'fail' | 'crash';
  /** Of a crash: its kind. A fail says other numbers in other kernels, and is known by its verdict. */
  readonly fingerprint: string | undefined;
  /** Of what a known issue explains: its name. */
  readonly knownIssue?: string | undefined;
}

/** As git bisect has them. */
export type Mark = 'good' | 'bad' | 'skip';

/**
 * What a failure that is to be found looks like: the worst, and one that a known issue explains only if there is no other.
 * @returns undefined for runs of which none fails
 */
export function symptomOf(runs: readonly Seen[]): Symptom | undefined {
  const worstOf = (some: readonly Seen[]): Seen | undefined =>
    some.find(({verdict}) => verdict === 'crash') ?? some.find(({verdict}) => verdict === 'fail');
  const worst = worstOf(runs.filter(({knownIssue}) => knownIssue === undefined)) ?? worstOf(runs);
  if (worst === undefined) return undefined;
  const {verdict, fingerprint, knownIssue} = worst;
  return {
    ...(verdict === 'crash' ? {verdict, fingerprint} : {verdict: 'fail', fingerprint: undefined}),
    ...(knownIssue !== undefined && {knownIssue}),
  };
}

/**
 * What the runs of one kernel say of the symptom: one that shows it makes it bad, whatever the others say, for it may
 * flicker. Another failure, an error and a skip say nothing: that is git's 125.
 */
export function markOf(runs: readonly Seen[], symptom: Symptom): {readonly mark: Mark; readonly why: string} {
  const showing = runs.find((run) => shows(run, symptom));
  if (showing !== undefined) return {mark: 'bad', why: showing.reason};
  const other = runs.find(({verdict}) => verdict !== 'pass');
  if (other !== undefined)
    return {mark: 'skip', why: `${other.verdict}, which is not what is searched for: ${other.reason}`};
  const [run] = runs;
  return run === undefined ? {mark: 'skip', why: 'nothing was run'} : {mark: 'good', why: run.reason};
}

function shows({verdict, fingerprint, knownIssue}: Seen, symptom: Symptom): boolean {
  // What a known issue explains is no sign of something that none does.
  if (verdict !== symptom.verdict || (knownIssue !== undefined && knownIssue !== symptom.knownIssue))
    return false;
  return symptom.fingerprint === undefined || fingerprint === symptom.fingerprint;
}

/**
 * How often a kernel must pass before it counts as good, when the symptom showed in `bad` of `runs` runs: so often that
 * it had shown with 95 % certainty.
 */
export function repeatsFor(bad: number, runs: number): number {
  if (bad >= runs) return 1;
  const rate = Math.max(bad, 0.5) / runs;
  return Math.min(20, Math.ceil(Math.log(0.05) / Math.log(1 - rate)));
}

/** What `git bisect run` understands: 0 good, 1 bad, 125 to be skipped (git-bisect(1)). */
export const exitCodes = {good: 0, bad: 1, skip: 125} as const satisfies Record<Mark, number>;
