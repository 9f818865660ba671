// SPDX-License-Identifier: MIT
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {readTopology} from '../../src/spec/topology.ts';
import type {Topology} from '../../src/topology/model.ts';
import {planTopology} from '../../src/topology/plan.ts';

/** What QEMU 10.0.2 and Linux 6.12.117 answered, booted with a topology of all types of devices. */
export interface Recorded {
  readonly queryPci: unknown;
  readonly guestTree: readonly Readonly<Record<string, unknown>>[];
  /** pci_p2pdma_distance_many() of all pairs of endpoints; -1: not supported. */
  readonly distances: readonly {
    readonly provider: string;
    readonly client: string;
    readonly distance: number;
  }[];
}

const folder = path.join(import.meta.dirname, 'golden/everything');

/** The topology of all types of devices, on this CPU, and what was recorded there. */
export function everything(cpu: 'nehalem' | 'epyc-rome'): {topology: Topology; recorded: Recorded} {
  const located = readTopology(path.join(folder, 'everything.yaml'));
  const value =
    cpu === 'nehalem'
      ? located.value
      : ({...located.value, cpu: 'EPYC-Rome', cpuVendor: 'AuthenticAMD', cpus: 1} as const);
  const recorded = JSON.parse(readFileSync(path.join(folder, `${cpu}.json`), 'utf8')) as Recorded;
  return {topology: planTopology('everything', {...located, value}), recorded};
}
