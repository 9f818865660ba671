// SPDX-License-Identifier: MIT
import {open} from 'node:fs/promises';
import {formatBytes} from '../base/bytes.ts';
import {HostError} from '../base/errors.ts';
import {TraceParser} from '../evidence/trace.ts';
import type {TraceEvent} from '../evidence/trace-event.ts';

/** A part of the file that QEMU's trace backend writes. */
export interface TraceRange {
  readonly file: string;
  readonly begin: number;
  readonly end: number;
}

/** More trace than this of one step is not read: it takes half a minute. */
const traceLimit = 4 * 2 ** 30;

const pieceBytes = 2 ** 20;

/**
 * Reads the events of a step. The trace is read in pieces: it may be larger than the memory.
 * @throws HostError if there is more of it than can be read, or less than there was
 */
export async function readTrace({file, begin, end}: TraceRange): Promise<readonly TraceEvent[]> {
  if (end - begin > traceLimit) {
    throw new HostError(
      `the step left ${formatBytes(end - begin)} of trace in ${file}: more than can be read`,
    );
  }
  const parser = new TraceParser();
  const trace = await open(file, 'r');
  try {
    const piece = Buffer.alloc(Math.min(pieceBytes, end - begin));
    for (let at = begin; at < end; ) {
      const {bytesRead} = await trace.read(piece, 0, Math.min(piece.length, end - at), at);
      if (bytesRead === 0)
        throw new HostError(`QEMU's trace ${file} ends at byte ${at}, but it had ${end} bytes`);
      parser.push(piece.toString('latin1', 0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await trace.close();
  }
  return parser.end();
}
