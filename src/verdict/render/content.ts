// SPDX-License-Identifier: MIT
import {formatBytes} from '../../base/bytes.ts';
import {hex} from '../../base/hex.ts';
import type {contentFindings} from '../findings/content.ts';
import {counted, type Sentences} from './words.ts';

export const contentSentences: Sentences<keyof typeof contentFindings> = {
  'disk-matches': (_, drive) => `the disk of ${drive} has the expected content`,
  'disk-differs': ({bytes, offset}, drive) =>
    `${counted(bytes, 'byte')} on the disk of ${drive} ${differ(bytes)} from the expected content, first at offset ${hex(offset)}`,
  'sectors-match': ({sectors}, drive) => `all ${sectors} sectors of ${drive} have the content written last`,
  'sectors-unreported': (_, drive) => `the guest did not report what it wrote to ${drive}`,
  'sectors-torn': ({sectors, first}, drive) =>
    `${counted(sectors, 'sector')} of ${drive} ${sectors === 1 ? 'is' : 'are'} torn or foreign, first at sector ${first}`,
  'sectors-stale': ({first, last}, drive) =>
    `sectors ${first} to ${last} of ${drive} do not all have the content written last`,
  'frames-match': ({frames, source}, nic) =>
    `${nic} sent ${counted(frames, 'frame')} with the content of ${source}`,
  'frames-differ': ({frames, expected, source, bytes, offset}, nic) =>
    `${nic} sent ${counted(frames, 'frame')}, expected ${expected} with the content of ${source}: ${counted(bytes, 'byte')} ${differ(bytes)}, first at offset ${hex(offset)}`,
  'load-frames-match': ({frames, bytes}, nic) =>
    `${nic} sent ${counted(frames, 'frame')} (${formatBytes(bytes)}), each once and intact`,
  'load-frames-differ': ({frames, bytes, foreign, repeated, expected}, nic) =>
    `${nic} sent ${counted(frames, 'frame')} (${formatBytes(bytes)}), expected ${expected.frames} (${formatBytes(expected.bytes)}); ${foreign} foreign, ${repeated} repeated`,
  'picture-matches': ({source, pixels}, display) =>
    `${display} shows the picture from ${source}: all ${pixels} pixels match`,
  'picture-differs': ({difference}, display) => `${display}: ${difference}`,
  'read-back-matches': (_, provider) => `CPU reads of ${provider} return the source's content`,
  'read-back-partial': ({bytes, expected}, provider) =>
    `CPU reads cover ${formatBytes(bytes)} of ${provider} contiguously, expected ${formatBytes(expected)}`,
  'read-back-differs': ({bytes, offset}, provider) =>
    `CPU reads of ${provider}: ${counted(bytes, 'byte')} ${differ(bytes)} from the source, first at offset ${hex(offset)}`,
  'placement-correct': ({address}, provider) =>
    `the devices used DMA address ${hex(address)}, where the CPU reads the memory of ${provider}`,
  'placement-wrong': ({initiator, address, translated, expected}, provider) =>
    `${initiator} was given DMA address ${hex(address)}${translated === undefined ? '' : ` (translated to ${hex(translated)})`}, but the mapped memory of ${provider} is at ${hex(expected)} (verified by CPU read-back)`,
  'memory-untouched': (_, provider) => `no CPU access reached the memory of ${provider}`,
  'memory-touched': ({accesses}, provider) =>
    `${accesses} CPU ${accesses === 1 ? 'access' : 'accesses'} reached the memory of ${provider}: pages were pinned without FOLL_PCI_P2PDMA`,
};

function differ(count: number): string {
  return count === 1 ? 'differs' : 'differ';
}
