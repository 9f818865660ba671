// SPDX-License-Identifier: MIT
import {messagesOf} from './reports/lines.ts';

export {kernelReports} from './reports/find.ts';
export type {KernelReport} from './reports/report.ts';

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
    .slice(0, 20);
}
