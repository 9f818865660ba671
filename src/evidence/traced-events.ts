// SPDX-License-Identifier: MIT
import {type IommuName, iommuTypeOf} from '../devices/iommus/registry.ts';
import {endpointTypes} from '../devices/registry.ts';

/** The events that are switched on while a step runs, on every machine. */
export const tracedEvents: readonly string[] = [
  ...new Set(endpointTypes.flatMap(({traceEvents}) => traceEvents)),
  'memory_region_ops_read',
  'memory_region_ops_write',
];

/** What a QEMU whose bridges route tells besides. */
const routingEvents = ['pci_dma'] as const;

/**
 * The events that are switched on while a step runs on a machine with this IOMMU, or with none.
 * @param routed whether its bridges route
 */
export function eventsOf(iommu: IommuName | undefined, routed: boolean): readonly string[] {
  return [
    ...tracedEvents,
    ...(routed ? routingEvents : []),
    ...(iommu === undefined ? [] : iommuTypeOf(iommu).traceEvents),
  ];
}
