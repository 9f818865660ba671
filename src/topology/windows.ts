// SPDX-License-Identifier: MIT
import type {TopologySpec} from '../spec/topology.ts';

/** A range of addresses that is one of others elsewhere. Sizes are in bytes. */
export interface Window {
  /** Where it begins for the CPU. */
  readonly cpu: number;
  /** Where it begins on the bus. */
  readonly bus: number;
  readonly size: number;
}

/**
 * How a host bridge joins the CPU's addresses and the bus's, where they are not the same numbers: what the CPU
 * reaches of the devices, and what the devices reach of memory.
 */
export interface Windows {
  readonly outbound: Window;
  readonly inbound: Window;
  /**
   * A second inbound window, at which nothing is: it lifts the limit up to which Linux gives out addresses
   * (bus_dma_limit) beyond the CPU's for the devices, as on a board with more memory.
   */
  readonly beyond?: Window;
  /** Memory that is found on the bus at the CPU's addresses of the outbound window: nothing else may be kept there. */
  readonly alias?: {readonly cpu: number; readonly size: number};
}

const lastOf32 = 2 ** 32 - 1;

/** Where the memory of an imx8mp-evk begins: QEMU, hw/arm/fsl-imx8mp.c. */
const memoryBase = 0x4000_0000;

/**
 * The windows of a machine whose bus has addresses of its own; undefined if they are the CPU's. In the aliasing case
 * the upper half of memory is where the CPU has the devices, so that what goes there by mistake hurts nobody.
 */
export function windowsOf({bus, memory}: Pick<TopologySpec, 'bus' | 'memory'>): Windows | undefined {
  if (bus === undefined) return undefined;
  const outbound = {cpu: bus.cpu, bus: bus.base, size: memoryBase - bus.base};
  if (bus.inbound === 'identity') {
    const inbound = {cpu: memoryBase, bus: memoryBase, size: memory};
    const end = outbound.cpu + outbound.size;
    return end > lastOf32
      ? {outbound, inbound}
      : {outbound, inbound, beyond: {cpu: end, bus: end, size: 2 ** 20}};
  }
  const half = memory / 2;
  return {
    outbound,
    inbound: {cpu: memoryBase, bus: bus.cpu - half, size: memory},
    alias: {cpu: memoryBase + half, size: Math.min(half, outbound.size)},
  };
}

/** The address that the bus has for one of the CPU's, where there is one. */
export function busAddressOf(windows: Windows | undefined, cpu: number): number | undefined {
  if (windows === undefined) return cpu;
  const {outbound, inbound} = windows;
  const found = [outbound, inbound].find((window) => window.cpu <= cpu && cpu < window.cpu + window.size);
  return found && found.bus + (cpu - found.cpu);
}

/** The address that the CPU has for one of the bus's, where there is one. */
export function cpuAddressOf(windows: Windows | undefined, bus: number): number | undefined {
  if (windows === undefined) return bus;
  const {outbound, inbound} = windows;
  const found = [outbound, inbound].find((window) => window.bus <= bus && bus < window.bus + window.size);
  return found && found.cpu + (bus - found.bus);
}
