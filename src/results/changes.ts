// SPDX-License-Identifier: MIT
import type {Outcome} from './outcome.ts';

/** What is different about a case since earlier nightly runs. */
export type Change = 'broke' | 'fixed' | 'still bad' | 'new' | 'missing';

/** How a case stands in a suite, by the nightly runs so far. Nightly runs are by number. */
export interface State {
  /** What was last said of the kernel; undefined if nothing was. */
  readonly standing: Standing | undefined;
  /** The first nightly run in which it was as it is now. */
  readonly since: number | undefined;
  /** The last nightly run that said anything. */
  readonly said: number | undefined;
  /** The last nightly run in which it was otherwise. */
  readonly before: number | undefined;
  /** The last nightly run that it was part of. */
  readonly last: number;
}

/** A change, with the nightly runs that say since when. */
export interface Changed {
  readonly change: Change;
  readonly since: number;
  /** In which it was otherwise for the last time, if it ever was. */
  readonly before?: number;
}

/** What an outcome says of a kernel; an error of the lab, a flake and a skip say nothing. */
export function isGood(outcome: Outcome): boolean | undefined {
  switch (outcome) {
    case 'pass':
      return true;
    case 'fail':
    case 'crash':
    case 'known':
      return false;
    case 'skip':
    case 'error':
    case 'flaky':
      return undefined;
  }
}

/** How good it is, from 0: bad, bad by a known issue, good; undefined where nothing is said of the kernel. */
export type Standing = 0 | 1 | 2;

function standingOf(outcome: Outcome): Standing | undefined {
  const good = isGood(outcome);
  if (good === undefined) return undefined;
  return good ? 2 : outcome === 'known' ? 1 : 0;
}

/**
 * What a nightly run does to how a case stands: one that says nothing of it is passed over, so that a lab that failed
 * breaks and mends nothing. What fails by a known issue as ever is no change; what failed by one and now fails otherwise
 * broke.
 * @param state by earlier nightly runs; undefined if the case is new
 * @param first whether the suite has had no nightly run before: then all would be new
 */
export function advance(
  state: State | undefined,
  outcome: Outcome,
  nightlyRun: number,
  first: boolean,
): {readonly state: State; readonly changed?: Changed} {
  const standing = standingOf(outcome);
  const {since, said, before} = state ?? {since: undefined, said: undefined, before: undefined};
  if (standing === undefined)
    return {state: {standing: state?.standing, since, said, before, last: nightlyRun}};
  if (state?.standing === undefined || since === undefined) {
    const begun = {standing, since: nightlyRun, said: nightlyRun, before: undefined, last: nightlyRun};
    const isNew = state === undefined && !first;
    return {state: begun, ...(isNew && {changed: {change: 'new', since: nightlyRun}})};
  }
  if (state.standing !== standing) {
    const turned = {standing, since: nightlyRun, said: nightlyRun, before: said, last: nightlyRun};
    const changed: Changed = {
      change: standing > state.standing ? 'fixed' : 'broke',
      since: nightlyRun,
      ...(said !== undefined && {before: said}),
    };
    return {state: turned, changed};
  }
  const still: Changed = {change: 'still bad', since, ...(before !== undefined && {before})};
  return {
    state: {standing, since, said: nightlyRun, before, last: nightlyRun},
    ...(standing === 0 && {changed: still}),
  };
}
