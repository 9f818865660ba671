// SPDX-License-Identifier: MIT

/** The target of a transfer that is no device: memory of the host, instead of a provider's. */
export const hostMemory = 'host-memory';
