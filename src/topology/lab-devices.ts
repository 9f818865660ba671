// SPDX-License-Identifier: MIT
import {labSlots} from '../devices/lab-slots.ts';
import type {Platform} from '../devices/machines/machine.ts';
import {option, slotAddress} from '../devices/qemu-option.ts';

/** Ids of the devices that the lab itself puts beside the tree under test. */
export const labDevices = {controlNic: 'lab-nic', panicDevice: 'lab-panic', iommu: 'lab-iommu'} as const;

/** QEMU's names of the devices that `labDeviceArguments` takes. */
export const labDrivers = {controlNic: 'virtio-net-pci', panicDevice: 'pvpanic-pci'} as const;

/**
 * The lab's own devices: a NIC to reach the guest by, and one that tells of the guest's panics where that can be
 * beside the tree.
 * @param network the options of the NIC's backend
 */
export function labDeviceArguments(
  {rootBus, labFunctions}: Platform,
  network: readonly string[],
): readonly string[] {
  const {controlNic, panicDevice} = labSlots;
  const netdev = 'lab-net';
  const backend = ['user', `id=${netdev}`, ...network].join(',');
  // The SoC has a NIC of its own, which takes the first backend that is offered so.
  if (!labFunctions) return ['-nic', backend];
  return [
    ...['-netdev', backend],
    ...option('-device', labDrivers.controlNic, {
      id: labDevices.controlNic,
      bus: rootBus,
      addr: slotAddress(controlNic),
      netdev,
      romfile: '',
    }),
    ...option('-device', labDrivers.panicDevice, {
      id: labDevices.panicDevice,
      bus: rootBus,
      addr: slotAddress(panicDevice),
    }),
  ];
}
