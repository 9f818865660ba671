// SPDX-License-Identifier: MIT

/** How many bridges are on a bus: those that devices can be plugged in below, and the others. */
export interface Bridges {
  readonly hotplug: number;
  readonly normal: number;
}

/**
 * The spare bus numbers of one bus, which Linux hands down to the ports that take hot-plugged devices, if it found
 * the port above with numbers already: drivers/pci/probe.c, pci_scan_child_bus_extend.
 */
export class BusBudget {
  readonly #available: number;
  readonly #bridges: Bridges;
  #used: number;

  /** @param available how many buses there may be below the bus besides itself; 0 where Linux gives the numbers */
  constructor(available: number, bridges: Bridges) {
    this.#available = available;
    this.#bridges = bridges;
    this.#used = bridges.hotplug + bridges.normal;
  }

  /** How many buses there may be below the next bridge's own. */
  share(hotplug: boolean): number {
    const {hotplug: ports, normal} = this.#bridges;
    // Unsigned, as there: a negative rest is no limit.
    const rest = (this.#available - this.#used + 1) >>> 0;
    const alone = ports === 0 && normal === 1 ? this.#available : 0;
    const part = hotplug ? Math.min(Math.floor(this.#available / ports), rest) : alone;
    return Math.max(part - 1, 0);
  }

  /** The next bridge took this many numbers. */
  spend(buses: number): void {
    this.#used += Math.max(buses - 1, 0);
  }
}
