// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, description} from './names.ts';
import {multipleOf, powerOfTwo} from './size.ts';
import {type Frozen, type Located, readSpec} from './yaml.ts';

const mebibyte = 2 ** 20;

const bridgePlace = {
  /** The device above: a root port or a switch; the root complex if not given. */
  on: deviceId.optional(),
  /** The device number on the bus above; on a switch: the number of the downstream port. */
  slot: z.int().min(0).max(31).optional(),
};

const place = {
  ...bridgePlace,
  /** Which function of its slot it is: several endpoints can share a slot. */
  function: z.int().min(0).max(7).default(0),
};

/**
 * Access Control Services of a port: whether they send what one device asks of another up to the root
 * complex. Or the flags as Linux takes them (Documentation/admin-guide/kernel-parameters.txt, pci=config_acs):
 * the last is bit 0.
 */
const acs = z
  .union([z.enum(['redirect', 'no-redirect']), z.string().regex(/^[01x]{1,7}$/)], {
    error: 'acs: redirect, no-redirect, or the flags of pci=config_acs in quotes, as "xx11xx"',
  })
  .optional();

const device = z.discriminatedUnion('type', [
  z.strictObject({type: z.literal('root-port'), ...bridgePlace, acs}),
  z.strictObject({type: z.literal('switch'), ...bridgePlace, acs}),
  z.strictObject({
    type: z.literal('nvme'),
    ...place,
    /** A namespace of this size. */
    disk: multipleOf(4096).optional(),
    /** A controller memory buffer: drivers/pci/p2pdma.c publishes in units of 2 MiB. */
    cmb: powerOfTwo(2 * mebibyte).optional(),
  }),
  z.strictObject({type: z.literal('e1000'), ...place}),
  z.strictObject({type: z.literal('e1000e'), ...place}),
  z.strictObject({type: z.literal('igb'), ...place}),
  z.strictObject({
    type: z.literal('bochs-display'),
    ...place,
    vram: powerOfTwo(4 * mebibyte).default(16 * mebibyte),
  }),
  z.strictObject({
    type: z.literal('edu'),
    ...place,
    /** How wide an address may be: what is beyond, the device leaves out. */
    'dma-bits': z.int().min(12).max(64).default(64),
  }),
  z.strictObject({type: z.literal('ivshmem'), ...place, size: powerOfTwo(mebibyte)}),
]);

/**
 * A CPU model of QEMU. Not those that stand for the host's own: what Linux allows depends on the CPU, and
 * must not depend on the machine that the lab runs on.
 */
const cpu = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'not a CPU model of QEMU: see "qemu-system-x86_64 -cpu help"')
  .refine((name) => !['host', 'max', 'base'].includes(name), {
    error: 'this CPU is another on each host, and with it what Linux allows: name a model',
  });

/** The IOMMUs that QEMU models on q35. */
const iommuTypes = ['intel', 'amd', 'virtio'] as const;

/**
 * What Linux makes of the IOMMU: it leaves it alone (`off`), has it pass every address as it is, or has it
 * translate and forget a mapping at once (`strict`) or some time later (`lazy`).
 */
const iommuModes = ['off', 'passthrough', 'strict', 'lazy'] as const;

export const topologySchema = z
  .strictObject({
    description,
    machine: z.literal('q35').default('q35'),
    cpu: cpu.default('Nehalem'),
    'cpu-vendor': z.enum(['AuthenticAMD', 'GenuineIntel']).optional(),
    memory: multipleOf(mebibyte).default(512 * mebibyte),
    cpus: z.int().min(1).max(64).default(1),
    iommu: z.enum(iommuTypes).optional(),
    'iommu-mode': z.enum(iommuModes).optional(),
    /** Whether Linux copies all DMA of host memory through its bounce buffers. */
    swiotlb: z.literal('force').optional(),
    /** Whether slots are hot-plugged by the ports themselves (pciehp), and not at all if not. */
    hotplug: z.boolean().default(false),
    devices: z.record(deviceId, device),
  })
  .superRefine(({iommu, 'iommu-mode': mode}, context) => {
    const problem = (message: string, hint: string) => {
      context.addIssue({code: 'custom', path: ['iommu-mode'], message, params: {hint}});
    };
    if (mode === undefined) return;
    if (iommu === undefined) problem('there is no IOMMU', 'give "iommu: …", or drop "iommu-mode"');
    // The kernel has no word that keeps drivers/iommu/virtio-iommu.c away.
    if (iommu === 'virtio' && mode === 'off') {
      problem('Linux never leaves a virtio-iommu alone', 'take passthrough, or drop "iommu"');
    }
    // hw/i386/amd_iommu.h, AMDVI_CAPAB_FLAG_NPCACHE: drivers/iommu/amd/init.c makes strict of it.
    if (iommu === 'amd' && mode === 'lazy') {
      problem("Linux is never lazy with QEMU's amd-iommu, which says that it caches", 'take strict');
    }
  })
  .transform(({'cpu-vendor': vendor, iommu, 'iommu-mode': mode, ...rest}) => ({
    ...rest,
    // KVM would take the host's vendor for a model of the other one.
    cpuVendor:
      vendor ?? (rest.cpu.startsWith('EPYC') ? ('AuthenticAMD' as const) : ('GenuineIntel' as const)),
    ...(iommu !== undefined && {iommu: {type: iommu, mode: mode ?? ('strict' as const)}}),
  }));

/** A PCIe tree and the machine around it, as its file declares them. Sizes are in bytes. */
export type TopologySpec = Frozen<z.output<typeof topologySchema>>;

/** A device as its topology's file declares it. */
export type DeviceSpec = Frozen<z.output<typeof device>>;

export type DeviceType = DeviceSpec['type'];

/** The IOMMU of a machine, and what Linux makes of it. */
export interface IommuSpec {
  readonly type: (typeof iommuTypes)[number];
  readonly mode: (typeof iommuModes)[number];
}

/** Which function of its slot a device is. */
export function functionOf(device: DeviceSpec): number {
  return 'function' in device ? device.function : 0;
}

/**
 * Reads a topology's file.
 * @throws {SpecError} for all that is wrong in it
 */
export function readTopology(file: string): Located<TopologySpec> {
  return readSpec(file, topologySchema);
}
