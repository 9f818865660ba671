// SPDX-License-Identifier: MIT
import {firstAfter} from './first-after.ts';
import type {TraceEvent} from './trace-event.ts';

/** Whose requests an IOMMU sees, and whether it translates them. */
export interface Iommu {
  /** The ids of devices by bus, device and function in 16 bits, as requests carry them. */
  readonly requesters: Readonly<Record<number, string>>;
  /** Whether every request must show in the trace as translated; one in passthrough may not show. */
  readonly translates: boolean;
}

/** A part of a transfer, and where it came out of the IOMMU. */
export interface Passed {
  /** As the device was given it. */
  readonly address: number;
  readonly bytes: number;
  /** The address behind the IOMMU; not there if none translated it. */
  readonly translated?: number;
  /** The IOMMU let nothing of it through. */
  readonly faulted?: true;
}

type Answer = Extract<TraceEvent, {kind: 'iommu-translation' | 'iommu-fault'}>;

/**
 * What the IOMMU made of the addresses that devices were given, by QEMU's own account. A device asks it page
 * by page after it was given an address, so the first answer from there on is that address's, whatever the
 * page was before or is later.
 */
export class Translations {
  readonly #iommu: Iommu;
  readonly #answers = new Map<string, {readonly index: number; readonly answer: Answer}[]>();

  constructor(events: readonly TraceEvent[], iommu: Iommu) {
    this.#iommu = iommu;
    for (const [index, event] of events.entries()) {
      if (event.kind !== 'iommu-translation' && event.kind !== 'iommu-fault') continue;
      const device = iommu.requesters[event.requester];
      if (device === undefined) continue;
      const answers = this.#answers.get(device);
      if (answers === undefined) this.#answers.set(device, [{index, answer: event}]);
      else answers.push({index, answer: event});
    }
  }

  /**
   * Where a transfer came out, in pieces; `undefined` if the trace does not say.
   * @param from the index of the event by which the device was given the address
   */
  follow(device: string, address: number, bytes: number, from: number): readonly Passed[] | undefined {
    const answers = this.#answers.get(device) ?? [];
    let next = firstAfter(answers, from);
    const passed: Passed[] = [];
    const end = address + bytes;
    for (let at = address; at < end; ) {
      while (next < answers.length && !covers(answers[next], at)) next++;
      const answer = answers[next]?.answer;
      if (answer === undefined) {
        if (this.#iommu.translates || passed.length > 0) return undefined;
        return [{address, bytes}];
      }
      if (answer.kind === 'iommu-translation') {
        const to = Math.min(answer.iova + answer.bytes, end);
        passed.push({address: at, bytes: to - at, translated: answer.translated + (at - answer.iova)});
        at = to;
      } else {
        // What is not let through is not asked for page by page: the device goes on where it next asks.
        const to = nextAsked(answers.slice(next + 1), at, end);
        passed.push({address: at, bytes: to - at, faulted: true});
        at = to;
      }
    }
    return passed;
  }
}

function covers(given: {readonly answer: Answer} | undefined, address: number): boolean {
  if (given === undefined) return false;
  const {answer} = given;
  if (answer.kind === 'iommu-fault') return answer.address === address;
  return answer.iova <= address && address < answer.iova + answer.bytes;
}

/** The next address within a transfer that the device asks the IOMMU about; its end if there is none. */
function nextAsked(answers: readonly {readonly answer: Answer}[], at: number, end: number): number {
  for (const {answer} of answers) {
    const asked = answer.kind === 'iommu-fault' ? answer.address : answer.iova;
    if (asked > at && asked < end) return asked;
    if (asked === at) break;
  }
  return end;
}
