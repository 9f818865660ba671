// SPDX-License-Identifier: MIT

/** Vendor and device id in a function's configuration space. */
export interface Identity {
  readonly vendor: number;
  readonly device: number;
}

/** Ids as `lspci -n` writes them: `1b36:0010`. */
export function formatIdentity({vendor, device}: Identity): string {
  return `${vendor.toString(16).padStart(4, '0')}:${device.toString(16).padStart(4, '0')}`;
}
