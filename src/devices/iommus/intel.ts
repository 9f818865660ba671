// SPDX-License-Identifier: MIT
import {option} from '../qemu-option.ts';
import {iommuType} from './iommu-type.ts';

/** QEMU, hw/i386/intel_iommu.c. It is no PCI function. */
export const intel = iommuType({
  name: 'intel',
  title: 'VT-d',
  machine: 'q35',
  drivers: ['intel-iommu'],
  machineProperties: {},
  kernelArguments: ['intel_iommu=on'],
  refused: {},
  groupsLate: false,
  traceEvents: ['vtd_dmar_translate', 'vtd_dmar_fault'],
  // If it is to be used: drivers/iommu/intel/dmar.c, detect_intel_iommu.
  requestsAcs: (mode) => mode !== 'off',
  // Linux here does not remap interrupts: with KVM's own interrupt controllers QEMU would refuse it. The width that
  // QEMU has by itself differs between its versions.
  arguments: ({id}) => option('-device', 'intel-iommu', {id, intremap: 'off', 'aw-bits': 48}),
});
