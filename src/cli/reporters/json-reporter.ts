// SPDX-License-Identifier: MIT
import {jsonText} from '../../base/json.ts';
import {withShortNames} from '../../results/short-names.ts';
import type {Result} from '../../runner/run-all.ts';
import {document} from './document.ts';
import type {Reporter} from './reporter.ts';

/** One document on standard output when all is done. Other programs read it: it grows, it never shrinks. */
export function jsonReporter(): Reporter {
  return document((results) =>
    jsonText({results: withShortNames(results).map((result, index) => toJson(result, results[index]))}, 2),
  );
}

/** A result as the document has it: the ledgers of all steps in one, each entry with its step's number. */
export function toJson({steps, ...result}: Result, recorded: Result = {steps, ...result}): object {
  const {scenario, topology, kernel} = recorded;
  const ledger = steps.flatMap((step, index) => step.ledger.map((entry) => ({...entry, step: index})));
  return {
    ...result,
    code: result.finding.code,
    // As it is recorded: here names are as short as they can be.
    identity: {scenario, topology, kernel},
    ledger,
    steps: steps.map(({title, verb, durationMs, verdict, reason, finding, knownIssue, expected, checks}) => {
      const own = checks.map((check) => ({...check, code: check.finding.code}));
      const cause = {verdict, reason, code: finding.code, finding, knownIssue};
      return {title, verb, durationMs, ...cause, expected, checks: own};
    }),
  };
}
