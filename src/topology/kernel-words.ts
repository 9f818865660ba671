// SPDX-License-Identifier: MIT
import {acsOf, acsWords} from './acs.ts';
import {iommuWords} from './iommu.ts';
import type {Topology} from './model.ts';

/** Words of the kernel's command line that make Linux treat a topology as its file says. */
export function kernelWords({spec, nodes}: Topology): readonly string[] {
  const told = nodes.flatMap((node) => {
    // A port without ACS cannot be told anything.
    if (node.kind === 'endpoint' || node.acsControl === undefined) return [];
    const inSwitch = node.kind === 'downstream-port';
    const acs = acsOf(spec.devices[inSwitch ? (node.parent ?? '') : node.id], node.device);
    return acs === undefined ? [] : [{bdf: node.bdf, acs}];
  });
  return [
    ...iommuWords(spec.iommu),
    ...acsWords(told),
    ...(spec.swiotlb === 'force' ? ['swiotlb=force'] : []),
    // It asks the firmware for hot-plug only together with what it is built without (ASPM).
    ...(spec.hotplug ? ['pcie_ports=native'] : []),
  ];
}
