// SPDX-License-Identifier: MIT
import type {Generated, Kysely} from 'kysely';
import type {Verdict} from '../../base/verdict.ts';
import type {Change, Standing} from '../changes.ts';
import type {Outcome} from '../outcome.ts';

/** Times are ISO 8601 in UTC, sizes bytes, durations milliseconds; addresses are hexadecimal text. */
export interface Tables {
  readonly environments: {
    /** The hash of all the rest. */
    readonly key: string;
    readonly host: string;
    /** The processor, memory and system of the host, as JSON. */
    readonly host_facts: string;
    readonly acceleration: string;
    readonly qemu: string;
    readonly kernel: string;
    readonly kernel_key: string;
    readonly kernel_release: string;
    /** What it was made of, as JSON. */
    readonly kernel_inputs: string;
    readonly image: string;
  };
  /** What is compared from one nightly run to the next. */
  readonly cases: {
    readonly id: Generated<number>;
    readonly scenario: string;
    readonly topology: string;
    readonly variant: string;
    readonly kernel: string;
  };
  readonly nightly_runs: {
    readonly id: Generated<number>;
    readonly suite: string;
    readonly begun: string;
    readonly ended: string | null;
    readonly state: 'running' | 'ended' | 'abandoned';
    readonly host: string;
    /** Which lab it is of: a host may have several. Not known of nightly runs of an older p2plab. */
    readonly lab: string | null;
    /** How many runs it is to have. */
    readonly planned: number;
  };
  /** Failures of one kind. */
  readonly fingerprints: {
    readonly key: string;
    readonly title: string;
    readonly verdict: Verdict;
  };
  readonly runs: {
    /** In the order in which they were recorded. */
    readonly id: Generated<number>;
    /** The name of its bundle's directory; unique. */
    readonly name: string;
    readonly case_id: number;
    readonly nightly_run_id: number | null;
    readonly environment: string;
    readonly begun: string;
    readonly duration: number;
    readonly verdict: Verdict;
    readonly reason: string;
    readonly known_issue: string | null;
    /** The code of the cause: `ledger-differs`. Of runs of an older p2plab it may be `unknown`. */
    readonly code: string;
    /** The cause as JSON: code, subject and parameters. Not there of a run of an older p2plab whose code is not known. */
    readonly finding: string | null;
    /** The check that failed. */
    readonly check_name: string | null;
    readonly fingerprint: string | null;
    readonly bundle: string | null;
  };
  readonly steps: {
    readonly run_id: number;
    readonly number: number;
    readonly title: string;
    readonly verb: string;
    readonly verdict: Verdict;
    readonly reason: string;
    readonly known_issue: string | null;
    /** The code of the cause: `ledger-differs`. Of runs of an older p2plab it may be `unknown`. */
    readonly code: string;
    /** The cause as JSON: code, subject and parameters. Not there of a run of an older p2plab whose code is not known. */
    readonly finding: string | null;
    /** The check that failed. */
    readonly check_name: string | null;
    readonly duration: number;
  };
  /** What an initiator moved in a step, in one direction, to or from one place, by one way. */
  readonly ledger: {
    readonly run_id: number;
    readonly step: number;
    readonly initiator: string;
    readonly direction: 'read' | 'write';
    readonly target: string;
    readonly bar: number | null;
    readonly bytes: number;
    readonly pieces: number;
    readonly address: string;
    readonly route: string | null;
    readonly by: string | null;
  };
  readonly measurements: {
    readonly run_id: number;
    readonly name: string;
    readonly unit: string;
    readonly value: number;
  };
  /** What came of a case in a nightly run that ended. */
  readonly results: {
    readonly nightly_run_id: number;
    readonly case_id: number;
    /** `missing` where it had been in the previous nightly run. */
    readonly outcome: Outcome | 'missing';
    readonly attempts: number;
    /** The run that was its last attempt, while that is kept. */
    readonly run_id: number | null;
    readonly change: Change | null;
    readonly since_nightly_run: number | null;
    readonly before_nightly_run: number | null;
  };
  /** How a case stands in a suite after the last nightly run that ended. */
  readonly states: {
    readonly suite: string;
    readonly case_id: number;
    readonly standing: Standing | null;
    readonly since_nightly_run: number | null;
    readonly said_nightly_run: number | null;
    readonly before_nightly_run: number | null;
    readonly last_nightly_run: number;
  };
}

export type Database = Kysely<Tables>;
