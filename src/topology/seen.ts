// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {formatBdf} from './model.ts';

/** A PCI function as someone saw it in the running machine. */
export interface SeenFunction {
  readonly bdf: string;
  /** The BDF of the bridge above, or `null` for the root complex. */
  readonly parent: string | null;
  readonly vendor: number;
  readonly device: number;
  /** QEMU's id of the device, where the witness knows it and it has one. */
  readonly id?: string;
  /** A bridge's bus numbers, where the witness tells them. */
  readonly buses?: {readonly secondary: number; readonly subordinate: number};
  /** A bridge's ACS control, where the witness tells it; `null`: it has no such capability. */
  readonly acsControl?: number | null;
  /** What Linux makes of the IOMMU for it, where the witness tells it; `null`: it is behind none. */
  readonly iommuGroup?: string | null;
}

interface QueriedDevice {
  bus: number;
  slot: number;
  function: number;
  qdev_id: string;
  id: {vendor: number; device: number};
  pci_bridge?:
    | {bus: {secondary: number; subordinate: number}; devices?: QueriedDevice[] | undefined}
    | undefined;
}

/** PciDeviceInfo: QEMU, qapi/pci.json. */
const queriedDevice: z.ZodType<QueriedDevice> = z.object({
  bus: z.int(),
  slot: z.int(),
  function: z.int(),
  qdev_id: z.string(),
  id: z.object({vendor: z.int(), device: z.int()}),
  pci_bridge: z
    .object({
      bus: z.object({secondary: z.int(), subordinate: z.int()}),
      devices: z.lazy(() => z.array(queriedDevice)).optional(),
    })
    .optional(),
});

const queriedBuses = z.array(z.object({bus: z.int(), devices: z.array(queriedDevice)}));

/** All functions in QEMU's answer to `query-pci`; `undefined` if that is no such answer. */
export function readQueryPci(answer: unknown): readonly SeenFunction[] | undefined {
  const read = queriedBuses.safeParse(answer);
  if (!read.success) return undefined;
  // A virtual function that is not enabled is listed too, and answers as if nothing were there.
  return read.data.flatMap(({devices}) => flatten(devices, null)).filter(({vendor}) => vendor !== 0xffff);
}

function flatten(devices: readonly QueriedDevice[], parent: string | null): readonly SeenFunction[] {
  return devices.flatMap((queried) => {
    const {pci_bridge: bridge, id, qdev_id} = queried;
    const bdf = formatBdf(queried.bus, queried.slot, queried.function);
    const seen = {
      bdf,
      parent,
      ...id,
      ...(qdev_id !== '' && {id: qdev_id}),
      ...(bridge && {buses: {secondary: bridge.bus.secondary, subordinate: bridge.bus.subordinate}}),
    };
    return [seen, ...flatten(bridge?.devices ?? [], bdf)];
  });
}

const address = z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/);
const ids = z
  .string()
  .regex(/^0x[0-9a-f]{4}$/)
  .transform(Number);

/** At most as many functions as a segment has. The guest may print anything: nothing else gets through. */
const guestTree = z
  .array(
    z
      .object({
        bdf: address,
        parent: address.nullable(),
        vendor: ids,
        device: ids,
        acs_control: ids.nullable().optional(),
        iommu_group: z
          .enum(['identity', 'DMA', 'DMA-FQ', 'blocked', 'unmanaged', 'unknown'])
          .nullable()
          .optional(),
      })
      .transform(({acs_control: acsControl, iommu_group: iommuGroup, ...fn}) => ({
        ...fn,
        ...(acsControl !== undefined && {acsControl}),
        ...(iommuGroup !== undefined && {iommuGroup}),
      })),
  )
  .max(65536)
  .readonly();

/** All functions in the array that the guest's tool prints; `undefined` if it is no such array. */
export function readGuestTree(tree: unknown): readonly SeenFunction[] | undefined {
  const read = guestTree.safeParse(tree);
  return read.success ? read.data : undefined;
}
