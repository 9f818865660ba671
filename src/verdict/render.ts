// SPDX-License-Identifier: MIT
import type {CheckName} from '../spec/check-names.ts';
import type {Code, Contradiction, Finding} from './finding.ts';
import {contentSentences} from './render/content.ts';
import {guestSentences} from './render/guest.ts';
import {crashSentences, errorSentences, skipSentences, skipText, unknownSentences} from './render/lab.ts';
import {countSentences, mappingSentences} from './render/mapping.ts';
import {transferSentences} from './render/transfers.ts';
import {contradictionText, type Sentences} from './render/words.ts';

export {flowText, routeText, whyText} from './render/words.ts';

/** All sentences about findings. The compiler reports a code that has none. */
const sentences: Sentences<Code> = {
  ...transferSentences,
  ...mappingSentences,
  ...countSentences,
  ...guestSentences,
  ...contentSentences,
  ...crashSentences,
  ...errorSentences,
  ...skipSentences,
  ...unknownSentences,
};

/** Returns a finding as a sentence, without a full stop. */
export function renderFinding({code, subject = '', parameters}: Finding): string {
  // The code decides which parameters these are; that they belong together is what Finding says.
  const sentence = sentences[code] as (given: unknown, about: string) => string;
  return sentence(parameters, subject);
}

/** Returns the reason to skip in general terms, if it has devices in it; else as it is. */
export function renderSkip(finding: Finding): string {
  const general =
    finding.code in skipSentences ? skipText(finding as Parameters<typeof skipText>[0]) : undefined;
  return general ?? renderFinding(finding);
}

/** Returns a check's name with what distinguishes it from others of the name in one step: `disk src`, `segment 2`. */
export function checkTitle({name, finding}: {readonly name: string; readonly finding: Finding}): string {
  if (name === 'disk' || name === 'sectors') return `${name} ${finding.subject ?? ''}`.trimEnd();
  const {parameters} = finding;
  return name === 'segment' && 'index' in parameters && parameters.index !== undefined
    ? `${name} ${parameters.index}`
    : name;
}

/** What a verdict's reason says. */
export interface Cause {
  readonly finding: Finding;
  /** The check that failed. */
  readonly check?: CheckName | undefined;
  /** The known issue that explains a crash. */
  readonly issue?: string | undefined;
  /** The title of the step, where steps are judged independently. */
  readonly step?: string | undefined;
  /** How many other steps have the same verdict. */
  readonly others?: number | undefined;
  readonly contradiction?: Contradiction | undefined;
}

/** Returns the reason of a verdict. */
export function renderCause({finding, check, issue, step, others = 0, contradiction}: Cause): string {
  const known = issue === undefined || finding.code !== 'crash' ? '' : `known issue ${issue}: `;
  const name = check === undefined ? '' : `${checkTitle({name: check, finding})}: `;
  const told = 'contradiction' in finding.parameters && finding.parameters.contradiction !== undefined;
  const but = contradiction === undefined || told ? '' : `; ${contradictionText(contradiction)}`;
  const more = others === 0 ? '' : ` (and ${others} more)`;
  return `${step === undefined ? '' : `${step}: `}${known}${name}${renderFinding(finding)}${but}${more}`;
}
