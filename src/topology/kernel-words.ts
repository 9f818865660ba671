// SPDX-License-Identifier: MIT
import {acsWords} from './acs.ts';
import {iommuWords} from './iommu.ts';
import type {Topology} from './model.ts';

/** Words of the kernel's command line that make Linux treat a topology as its file says. */
export function kernelWords({spec, nodes}: Topology): readonly string[] {
  const told = nodes.flatMap(({id, bdf, kind}) => {
    const device = spec.devices[id];
    if (kind !== 'root-port' || device?.type !== 'root-port' || device.acs === undefined) return [];
    return [{bdf, acs: device.acs}];
  });
  return [
    ...iommuWords(spec.iommu),
    ...acsWords(told),
    ...(spec.swiotlb === 'force' ? ['swiotlb=force'] : []),
    // It asks the firmware for hot-plug only together with what it is built without (ASPM).
    ...(spec.hotplug ? ['pcie_ports=native'] : []),
  ];
}
