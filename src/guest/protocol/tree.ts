// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {type Answer, readDocument} from './answer.ts';

/** The command of the guest's tool that prints the PCI functions which its kernel found. */
export const treeCommand = ['p2p', 'tree', '--brief'] as const;

/** A segment has no more functions. topology/seen.ts has the schema of each. */
const functions = z.array(z.unknown()).max(65_536);

/**
 * Reads the answer to {@link treeCommand}.
 * @throws AnswerError when the command failed, or printed no array
 */
export function readTree(answer: Answer): readonly unknown[] {
  return readDocument(treeCommand, answer, functions);
}
