// SPDX-License-Identifier: MIT
import type {LedgerEntry} from '../evidence/ledger.ts';
import type {Check} from '../verdict/check.ts';
import type {ExpectedStep} from '../verdict/expectation.ts';
import type {Judgement} from '../verdict/judge.ts';
import type {CrashReport} from './crash.ts';
import type {GuestResults, Measurement} from '../steps/observed.ts';

/** What one step did, what was seen of it, and what that means. */
export interface StepRecord extends Judgement {
  readonly title: string;
  readonly verb: string;
  readonly durationMs: number;
  readonly expected?: ExpectedStep;
  readonly ledger: readonly LedgerEntry[];
  readonly checks: readonly Check[];
  /** What was measured, if that is what the step is for. */
  readonly measurements?: readonly Measurement[];
  /** What the guest said: it explains, it never decides alone. */
  readonly guest: GuestResults;
}

/** What came of a run. */
export interface RunRecord extends Judgement {
  readonly scenario: string;
  readonly topology: string;
  readonly kernel: string;
  readonly variant: string;
  /** What the scenario adds to the kernel's command line, if anything. */
  readonly kernelArguments?: readonly string[];
  /** Which QEMU it ran on: `stock 10.0.2`. */
  readonly qemu: string;
  readonly durationMs: number;
  /** Whether its steps were judged each by itself. */
  readonly continueOnFailure: boolean;
  readonly steps: readonly StepRecord[];
  /** What the kernel reported, of a crash that it has words for. */
  readonly report?: CrashReport;
  /** Lines that the kernel wrote about peer-to-peer DMA: its own reasons. */
  readonly kernelSays: readonly string[];
}
