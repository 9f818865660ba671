// SPDX-License-Identifier: MIT
import type {TraceEvent} from '../../src/evidence/trace-event.ts';
import {TraceParser} from '../../src/evidence/trace.ts';

/**
 * Reads the lines of QEMU's log backend.
 * @throws SyntaxError at a line of one of our events that does not read as it should
 */
export function parseTrace(text: string): readonly TraceEvent[] {
  const parser = new TraceParser();
  parser.push(text.endsWith('\n') ? text : `${text}\n`);
  return parser.end();
}
