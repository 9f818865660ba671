// SPDX-License-Identifier: MIT

/** What a guest takes of its host, or what a host has. */
export interface Load {
  /** Processors. */
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
}

/**
 * Which of those that wait is begun next, so that what runs fits the host: the first that fits, for those that
 * come first are to be done first. What is too large for the host is run alone.
 * @returns an index into `waiting`; undefined if none is to be begun now
 */
export function nextToRun(
  waiting: readonly Load[],
  running: readonly Load[],
  host: Load,
): number | undefined {
  if (waiting.length === 0) return undefined;
  if (running.length === 0) return 0;
  const free = {
    cpus: host.cpus - running.reduce((sum, {cpus}) => sum + cpus, 0),
    memory: host.memory - running.reduce((sum, {memory}) => sum + memory, 0),
  };
  const index = waiting.findIndex(({cpus, memory}) => cpus <= free.cpus && memory <= free.memory);
  return index === -1 ? undefined : index;
}
