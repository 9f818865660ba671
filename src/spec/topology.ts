// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {type MachineName, machineNames} from './architecture.ts';
import {cmbUnit} from './cmb.ts';
import {deviceId, description} from './names.ts';
import {multipleOf, powerOfTwo} from './size.ts';
import {type Frozen, type Located, readSpec} from './yaml.ts';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

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

/** The same of all ports of a switch, or of each by its number. */
const switchAcs = z
  .union([acs, z.record(z.string().regex(/^\d+$/, 'not the number of a port'), acs)])
  .optional();

const device = z.discriminatedUnion('type', [
  z.strictObject({type: z.literal('root-port'), ...bridgePlace, acs}),
  z.strictObject({type: z.literal('switch'), ...bridgePlace, acs: switchAcs}),
  z.strictObject({
    type: z.literal('nvme'),
    ...place,
    /** A namespace of this size. */
    disk: multipleOf(4096).optional(),
    /** A controller memory buffer. Linux gives it to peers if it is a multiple of 2 MiB. */
    cmb: multipleOf(cmbUnit).optional(),
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

/** The IOMMUs that QEMU models, by machine. */
const iommusOf = {
  q35: ['intel', 'amd', 'virtio'],
  virt: ['smmuv3'],
  'imx8mp-evk': [],
} as const satisfies Record<MachineName, readonly string[]>;

const iommuTypes = [...iommusOf.q35, ...iommusOf.virt] as const;

/** What each machine has if its file does not say so. */
const usual = {
  q35: {cpu: 'Nehalem', memory: 512 * mebibyte},
  // A CPU with FEAT_RNG: else the guest's ssh waits for entropy.
  virt: {cpu: 'neoverse-n2', memory: 512 * mebibyte},
  'imx8mp-evk': {cpu: 'cortex-a53', memory: 1024 * mebibyte},
} as const satisfies Record<MachineName, {cpu: string; memory: number}>;

/** The first bus address that the CPU of an imx8mp-evk reaches devices at, in its 32 bits below its RAM. */
const busBase = z
  .int()
  .refine((base) => base % (16 * mebibyte) === 0 && base >= 0x1000_0000 && base <= 0x3000_0000, {
    error: 'not a multiple of 16 MiB from 0x10000000 to 0x30000000',
  });

/**
 * The first address that the CPU of an imx8mp-evk has for what is at `bus-base`: above its memory, for below it Linux
 * has no struct page (mm/sparse-vmemmap.c; arm64's memstart_addr).
 */
const cpuBase = z
  .int()
  .refine((base) => base % gibibyte === 0 && base >= 3 * gibibyte && base <= 64 * gibibyte, {
    error: 'not a multiple of 1 GiB from 0xc0000000 to 0x1000000000',
  });

/**
 * What Linux makes of the IOMMU: it leaves it alone (`off`), has it pass every address as it is, or has it
 * translate and forget a mapping at once (`strict`) or some time later (`lazy`).
 */
const iommuModes = ['off', 'passthrough', 'strict', 'lazy'] as const;

export const topologySchema = z
  .strictObject({
    description,
    machine: z.enum(machineNames).default('q35'),
    cpu: cpu.optional(),
    'cpu-vendor': z.enum(['AuthenticAMD', 'GenuineIntel']).optional(),
    memory: multipleOf(mebibyte).optional(),
    cpus: z.int().min(1).max(64).default(1),
    /**
     * Where memory lies for devices (imx8mp-evk): at the numbers that the CPU has for it; or where the CPU has
     * the devices' memory, so that a peer's address that was not translated is one of host memory.
     */
    inbound: z.enum(['identity', 'aliasing']).optional(),
    'bus-base': busBase.optional(),
    'cpu-base': cpuBase.optional(),
    iommu: z.enum(iommuTypes).optional(),
    'iommu-mode': z.enum(iommuModes).optional(),
    /** Whether Linux copies all DMA of host memory through its bounce buffers. */
    swiotlb: z.literal('force').optional(),
    /** Whether slots are hot-plugged by the ports themselves (pciehp), and not at all if not. */
    hotplug: z.boolean().default(false),
    devices: z.record(deviceId, device),
  })
  .superRefine((given, context) => {
    for (const {path, message, hint} of machineProblems(given)) {
      context.addIssue({code: 'custom', path: [path], message, params: {hint}});
    }
  })
  .transform(
    ({
      'cpu-vendor': vendor,
      'bus-base': base,
      'cpu-base': cpuBase,
      inbound,
      iommu,
      'iommu-mode': mode,
      ...rest
    }) => {
      const cpu = rest.cpu ?? usual[rest.machine].cpu;
      return {
        ...rest,
        cpu,
        memory: rest.memory ?? usual[rest.machine].memory,
        // KVM would take the host's vendor for a model of the other one.
        ...(rest.machine === 'q35' && {
          cpuVendor:
            vendor ?? (cpu.startsWith('EPYC') ? ('AuthenticAMD' as const) : ('GenuineIntel' as const)),
        }),
        ...(rest.machine === 'imx8mp-evk' && {
          bus: {
            base: base ?? 0x1000_0000,
            cpu: cpuBase ?? 3 * gibibyte,
            inbound: inbound ?? ('identity' as const),
          },
        }),
        ...(iommu !== undefined && {iommu: {type: iommu, mode: mode ?? ('strict' as const)}}),
      };
    },
  );

interface MachineProblem {
  readonly path:
    | 'iommu'
    | 'iommu-mode'
    | 'cpu'
    | 'cpu-vendor'
    | 'inbound'
    | 'bus-base'
    | 'cpu-base'
    | 'memory'
    | 'cpus';
  readonly message: string;
  readonly hint: string;
}

/** What one key says that another does not allow. */
function machineProblems(given: {
  readonly machine: MachineName;
  readonly cpu?: string | undefined;
  readonly 'cpu-vendor'?: string | undefined;
  readonly inbound?: string | undefined;
  readonly 'bus-base'?: number | undefined;
  readonly 'cpu-base'?: number | undefined;
  readonly memory?: number | undefined;
  readonly cpus: number;
  readonly iommu?: IommuSpec['type'] | undefined;
  readonly 'iommu-mode'?: IommuSpec['mode'] | undefined;
}): readonly MachineProblem[] {
  const {machine, iommu, 'iommu-mode': mode} = given;
  const problems: MachineProblem[] = [];
  const problem = (path: MachineProblem['path'], message: string, hint: string): void => {
    problems.push({path, message, hint});
  };
  const there: readonly string[] = iommusOf[machine];
  if (iommu !== undefined && !there.includes(iommu)) {
    const hint = there.length === 0 ? 'drop "iommu"' : `it has ${there.join(', ')}`;
    problem('iommu', `QEMU's ${machine} has no IOMMU of type ${iommu}`, hint);
  }
  if (machine !== 'q35' && given['cpu-vendor'] !== undefined) {
    problem('cpu-vendor', `a CPU of ${machine} has no such vendor`, 'drop "cpu-vendor"');
  }
  if (machine === 'imx8mp-evk') {
    const {memory = 0, cpus, inbound, 'cpu-base': base = 3 * gibibyte} = given;
    if (given.cpu !== undefined) problem('cpu', 'the CPU of imx8mp-evk is soldered', 'drop "cpu"');
    if (cpus > 4) problem('cpus', `imx8mp-evk has 4 CPUs, not ${cpus}`, 'take 4 at most');
    if (memory > 2 * gibibyte)
      problem('memory', 'more memory than lies below the devices', 'take 2GiB at most');
    if (inbound === 'aliasing' && base >= 4 * gibibyte) {
      problem(
        'cpu-base',
        'a device of 32 bits would not find host memory there',
        'take 0xc0000000, or "inbound: identity"',
      );
    }
  } else {
    for (const key of ['inbound', 'bus-base', 'cpu-base'] as const) {
      if (given[key] === undefined) continue;
      problem(key, `bus addresses of ${machine} are physical addresses`, `"${key}" goes with imx8mp-evk`);
    }
  }
  if (mode === undefined) return problems;
  if (iommu === undefined) {
    problem('iommu-mode', 'there is no IOMMU', 'give "iommu: …", or drop "iommu-mode"');
  }
  // The kernel has no word that keeps drivers/iommu/virtio-iommu.c or arm-smmu-v3.c away.
  if ((iommu === 'virtio' || iommu === 'smmuv3') && mode === 'off') {
    const name = iommu === 'virtio' ? 'a virtio-iommu' : 'an SMMUv3';
    problem('iommu-mode', `Linux never leaves ${name} alone`, 'take passthrough, or drop "iommu"');
  }
  // hw/i386/amd_iommu.h, AMDVI_CAPAB_FLAG_NPCACHE: drivers/iommu/amd/init.c makes strict of it.
  if (iommu === 'amd' && mode === 'lazy') {
    problem(
      'iommu-mode',
      "Linux is never lazy with QEMU's amd-iommu, which says that it caches",
      'take strict',
    );
  }
  return problems;
}

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
