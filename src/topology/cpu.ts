// SPDX-License-Identifier: MIT
import type {TopologySpec} from '../spec/topology.ts';

/** QEMU's models of family 0x17 or newer: target/i386/cpu.c. */
const zenModels = /^(EPYC|Dhyana)(-|$)/;

/**
 * Whether Linux takes the CPU for a Zen or newer, and with it any host bridge for one that passes
 * peer-to-peer traffic (drivers/pci/p2pdma.c, cpu_supports_p2pdma): vendor AMD, family 0x17 or more.
 */
export function isZen({
  cpu,
  cpuVendor,
}: {
  readonly cpu: string;
  readonly cpuVendor?: TopologySpec['cpuVendor'] | undefined;
}): boolean {
  return cpuVendor === 'AuthenticAMD' && zenModels.test(cpu);
}
