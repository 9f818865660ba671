// SPDX-License-Identifier: MIT
import type {KernelReport} from '../evidence/kernel-log.ts';
import type {Feature} from '../spec/features.ts';
import type {ReportKind} from '../spec/report-kind.ts';
import type {ScenarioSpec} from './scenario-file.ts';
import {judgeRun, type JudgedStep, type Judgement, type RunFindings} from '../verdict/judge.ts';

type Report = Pick<KernelReport, 'kind' | 'title'>;

/**
 * Reports after which a kernel goes on unharmed: it only says that something could go wrong. What it does wrong after
 * one does not follow from it; after an oops or an overflow of the stack it may.
 */
const harmless: readonly ReportKind[] = ['lockdep', 'warning'];

/** The reports that a kernel is known for in a scenario, by its missing features. */
export class KnownReports {
  readonly #known: ScenarioSpec['known-crash'];

  constructor(known: ScenarioSpec['known-crash'], features: readonly Feature[]) {
    this.#known = known !== undefined && !features.includes(known.without) ? known : undefined;
  }

  /** Returns the feature whose absence explains a report; undefined for one that differs in its kind or its title. */
  knownIssueOf(report: Report | undefined): Feature | undefined {
    const same = this.#known?.reports.some(
      ({kind, title}) => kind === report?.kind && title === report.title,
    );
    return same === true ? this.#known?.without : undefined;
  }

  /** Whether a report is known and explains nothing that comes after it: that is looked at as if it were not there. */
  isHarmless(report: Report | undefined): boolean {
    return report !== undefined && harmless.includes(report.kind) && this.knownIssueOf(report) !== undefined;
  }
}

/**
 * The verdict of a run with a report that is known and harmless: that of all else in it, if something is wrong there.
 * @returns undefined if the report is all that is wrong
 */
export function judgeBeside(
  findings: Omit<RunFindings, 'crash'>,
  steps: readonly JudgedStep[],
  continueOnFailure: boolean,
): Judgement | undefined {
  const others = steps.map(
    (step): JudgedStep => (step.verdict === 'crash' ? {...step, verdict: 'pass'} : step),
  );
  const judgement = judgeRun(findings, others, continueOnFailure);
  return judgement.verdict === 'pass' ? undefined : judgement;
}
