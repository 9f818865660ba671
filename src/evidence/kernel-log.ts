// SPDX-License-Identifier: MIT
import {messagesOf} from './crash/messages.ts';
import {lineOfReport} from './crash/patterns.ts';

export {kernelReports} from './crash/parse.ts';
export type {KernelReport} from './crash/report.ts';

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
    .filter((line) => !lineOfReport.test(line))
    .slice(0, 20)
    .map((line) => line.slice(0, longestWords));
}
