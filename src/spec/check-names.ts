// SPDX-License-Identifier: MIT
import {reportKinds} from './report-kind.ts';

/** What a check is about. The evidence that a mutant's file declares is named so, too. */
export const checkNames = [
  ...['ledger', 'expectation', 'command', 'iommu', 'path', 'guest', 'driver', 'disk', 'prototype'],
  ...['placement', 'read-back', 'frames', 'picture', 'sectors', 'accesses', 'in-flight', 'waits', 'end'],
  ...['question', 'segments', 'segment', 'mapping', 'refusal', 'distance', 'sg', 'page', 'resource'],
  ...['unit', 'repeats', 'clock', 'slot', 'tree'],
] as const;

export type CheckName = (typeof checkNames)[number];

/** All that can show that a kernel is broken: a check that fails, a crash of a kind, or a crash of any kind. */
export const evidenceNames = [...checkNames, 'crash', ...reportKinds] as const;

export type EvidenceName = (typeof evidenceNames)[number];
