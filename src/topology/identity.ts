// SPDX-License-Identifier: MIT
/** Vendor and device id in a function's configuration space. */
export interface Identity {
  readonly vendor: number;
  readonly device: number;
}

const endpoints = {
  nvme: {vendor: 0x1b36, device: 0x0010},
  e1000: {vendor: 0x8086, device: 0x100e},
  e1000e: {vendor: 0x8086, device: 0x10d3},
  igb: {vendor: 0x8086, device: 0x10c9},
  'bochs-display': {vendor: 0x1234, device: 0x1111},
  edu: {vendor: 0x1234, device: 0x11e8},
  ivshmem: {vendor: 0x1af4, device: 0x1110},
} as const satisfies Readonly<Record<string, Identity>>;

/** What of a node decides: a bridge's kind, or an endpoint's type. */
type Identified =
  | {readonly kind: 'root-port' | 'upstream-port' | 'downstream-port'}
  | {readonly kind: 'endpoint'; readonly type: keyof typeof endpoints};

/** What QEMU's model of a function answers to a read of its ids. */
export function identityOf(node: Identified, {ownPort}: {readonly ownPort?: Identity | undefined}): Identity {
  switch (node.kind) {
    case 'root-port':
      return ownPort ?? {vendor: 0x1b36, device: 0x000c};
    case 'upstream-port':
      return {vendor: 0x104c, device: 0x8232};
    case 'downstream-port':
      return {vendor: 0x104c, device: 0x8233};
    case 'endpoint':
      return endpoints[node.type];
  }
}

/** Ids as `lspci -n` writes them: `1b36:0010`. */
export function formatIdentity({vendor, device}: Identity): string {
  return `${vendor.toString(16).padStart(4, '0')}:${device.toString(16).padStart(4, '0')}`;
}
