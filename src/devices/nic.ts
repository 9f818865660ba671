// SPDX-License-Identifier: MIT
import type {Numbers} from './device-type.ts';
import {type DeviceFiles, option, type Properties} from './qemu-option.ts';

/** What every NIC has. */
export interface NicDetails {
  readonly mac: string;
}

/** Numbers the NICs of a topology: 52:54:00 is QEMU's prefix, and the control NIC's default does not collide. */
export function nicDetails(_declared: object, numbers: Numbers): NicDetails {
  return {mac: `52:54:00:00:00:${numbers.nic().toString(16).padStart(2, '0')}`};
}

/** Returns QEMU's arguments of a NIC, and of the filter that records what it sends. */
export function nicArguments(
  driver: string,
  {id, mac}: NicDetails & {readonly id: string},
  place: Properties,
  {pcaps}: DeviceFiles,
): readonly string[] {
  const pcap = pcaps[id];
  return [
    // Leads nowhere: a backend must be there for a filter to record what the NIC sends.
    ...option('-netdev', 'user', {id: `${id}.net`, restrict: 'on', ipv6: 'off'}),
    ...option('-device', driver, {...place, netdev: `${id}.net`, mac, romfile: ''}),
    ...(pcap === undefined
      ? []
      : option('-object', 'filter-dump', {id: `${id}.pcap`, netdev: `${id}.net`, file: pcap})),
  ];
}
