// SPDX-License-Identifier: MIT
import type {MachineName} from '../machines/registry.ts';
import {amd} from './amd.ts';
import {intel} from './intel.ts';
import type {IommuMode, IommuType} from './iommu-type.ts';
import {smmuv3} from './smmuv3.ts';
import {virtio} from './virtio.ts';

/** All IOMMUs. The order is that of the reference. */
export const iommuTypes = [intel, amd, virtio, smmuv3] as const;

export type IommuName = (typeof iommuTypes)[number]['name'];

/** The IOMMU of a machine, and what Linux makes of it. */
export interface IommuSpec {
  readonly type: IommuName;
  readonly mode: IommuMode;
}

const byName: ReadonlyMap<IommuName, IommuType> = new Map<IommuName, IommuType>(
  iommuTypes.map((type) => [type.name, type]),
);

/** The names of all IOMMUs. */
export const iommuNames: readonly IommuName[] = iommuTypes.map(({name}) => name);

/** Returns what an IOMMU is. */
export function iommuTypeOf(name: IommuName): IommuType {
  const type = byName.get(name);
  if (type === undefined) throw new TypeError(`${name} is no IOMMU`);
  return type;
}

/** Returns the IOMMUs that a machine can have. */
export function iommusOf(machine: MachineName): readonly IommuType[] {
  return iommuTypes.filter((type) => type.machine === machine);
}
