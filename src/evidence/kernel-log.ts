// SPDX-License-Identifier: MIT
import {messagesOf} from './reports/lines.ts';

export {kernelReports} from './reports/find.ts';
export type {KernelReport} from './reports/report.ts';

/** Lines of a report that name functions and modules: it is shown as a report, and none of it is a reason. */
const ofReport =
  /^\s*(?:\? )?[\w.$]+\+0x[0-9a-f]+\/0x|^(?:RIP|pc |lr )\s*:|^(?:Modules linked in|Workqueue|CPU|WARNING|BUG|Oops|note|task):|[Kk]ernel BUG at/;

/** More of a line than this is not shown. */
const longestWords = 500;

/**
 * What a kernel says about peer-to-peer DMA: its own reasons. KUnit tests that ran at boot say much of
 * devices that they made up, so of a kernel that has some only what comes after their last result counts.
 */
export function wordsOnPeers(log: string): readonly string[] {
  const lines = messagesOf(log);
  const tested = lines.findLastIndex((line) => /^(not )?ok \d+ /.test(line));
  return lines
    .slice(tested + 1)
    .filter((line) => /peer-to-peer|p2pdma|P2P/.test(line) && !/added peer-to-peer DMA memory/.test(line))
    .filter((line) => !ofReport.test(line))
    .slice(0, 20)
    .map((line) => line.slice(0, longestWords));
}
