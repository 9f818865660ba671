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
  on: deviceId.optional().describe('Upstream device: a root port or a switch. Default: the root complex.'),
  slot: z
    .int()
    .min(0)
    .max(31)
    .optional()
    .describe('Device number on the upstream bus; below a switch, the number of the downstream port.'),
};

const place = {
  ...bridgePlace,
  function: z
    .int()
    .min(0)
    .max(7)
    .default(0)
    .describe('Function number in the slot. Endpoints can share a slot; one of them is function 0.'),
};

/** The flags are those of Documentation/admin-guide/kernel-parameters.txt, pci=config_acs: the last is bit 0. */
const acs = z
  .union([z.enum(['redirect', 'no-redirect']), z.string().regex(/^[01x]{1,7}$/)], {
    error: 'acs: redirect, no-redirect, or the flags of pci=config_acs in quotes, as "xx11xx"',
  })
  .meta({title: 'ACS setting'})
  .optional()
  .describe(
    'ACS of the port: "redirect" sends peer-to-peer requests up to the root complex, "no-redirect" does not; or the flags of pci=config_acs in quotes, such as "xx11xx".',
  );

const switchAcs = z
  .union([acs, z.record(z.string().regex(/^\d+$/, 'not the number of a port'), acs)])
  .meta({title: 'ACS setting, or a mapping from port number to ACS setting'})
  .optional()
  .describe('ACS of all downstream ports, or of each of them: {0: redirect}.');

const typeKey = <T extends string>(name: T) => z.literal(name).describe('Device type.');

const device = z.discriminatedUnion('type', [
  z
    .strictObject({type: typeKey('root-port'), ...bridgePlace, acs})
    .describe('PCIe root port (QEMU pcie-root-port).'),
  z
    .strictObject({type: typeKey('switch'), ...bridgePlace, acs: switchAcs})
    .describe(
      'PCIe switch: an upstream port, and a downstream port for each device on it. Switches cascade.',
    ),
  z
    .strictObject({
      type: typeKey('nvme'),
      ...place,
      disk: multipleOf(4096).optional().describe('Size of the namespace. Default: no namespace.'),
      cmb: multipleOf(cmbUnit)
        .optional()
        .describe(
          'Size of the controller memory buffer (CMB). Linux registers it as P2PDMA memory if it is a multiple of 2 MiB. Stock QEMU supports powers of two from 1 MiB. Default: no CMB.',
        ),
    })
    .describe('NVMe controller: an initiator, and a provider if it has a CMB.'),
  z.strictObject({type: typeKey('e1000'), ...place}).describe('Intel 82540EM NIC: an initiator.'),
  z.strictObject({type: typeKey('e1000e'), ...place}).describe('Intel 82574L NIC: an initiator.'),
  z
    .strictObject({type: typeKey('igb'), ...place})
    .describe('Intel 82576 NIC: an initiator. It takes QEMU 8 or newer.'),
  z
    .strictObject({
      type: typeKey('bochs-display'),
      ...place,
      vram: powerOfTwo(4 * mebibyte)
        .default(16 * mebibyte)
        .describe('Size of the video memory.'),
    })
    .describe('Display adapter whose video memory is a provider.'),
  z
    .strictObject({
      type: typeKey('edu'),
      ...place,
      'dma-bits': z
        .int()
        .min(12)
        .max(64)
        .default(64)
        .describe('Width of DMA addresses in bits. The device ignores the bits above.'),
    })
    .describe("QEMU's educational device: an initiator for each call of the DMA API."),
  z
    .strictObject({
      type: typeKey('ivshmem'),
      ...place,
      size: powerOfTwo(mebibyte).describe('Size of the shared memory (BAR 2).'),
    })
    .describe('Shared memory in a BAR: a provider.'),
]);

/**
 * A CPU model of QEMU. Not those that stand for the host's own: what Linux allows depends on the CPU, and
 * must not depend on the machine that the lab runs on.
 */
const hostCpus: readonly string[] = ['host', 'max', 'base'];
const cpu = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'not a CPU model of QEMU: see "qemu-system-x86_64 -cpu help"')
  .refine((name) => !hostCpus.includes(name), {
    error: 'this CPU is another on each host, and with it what Linux allows: name a model',
  })
  .meta({not: {enum: hostCpus}});

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
  })
  .meta({
    title: 'address from 0x10000000 to 0x30000000, a multiple of 16 MiB',
    ...{multipleOf: 16 * mebibyte, minimum: 0x1000_0000, maximum: 0x3000_0000},
  });

/**
 * The first address that the CPU of an imx8mp-evk has for what is at `bus-base`: above its memory, for below it Linux
 * has no struct page (mm/sparse-vmemmap.c; arm64's memstart_addr).
 */
const cpuBase = z
  .int()
  .refine((base) => base % gibibyte === 0 && base >= 3 * gibibyte && base <= 64 * gibibyte, {
    error: 'not a multiple of 1 GiB from 0xc0000000 to 0x1000000000',
  })
  .meta({
    title: 'address from 0xc0000000 to 0x1000000000, a multiple of 1 GiB',
    ...{multipleOf: gibibyte, minimum: 3 * gibibyte, maximum: 64 * gibibyte},
  });

/**
 * What Linux makes of the IOMMU: it leaves it alone (`off`), has it pass every address as it is, or has it
 * translate and forget a mapping at once (`strict`) or some time later (`lazy`).
 */
const iommuModes = ['off', 'passthrough', 'strict', 'lazy'] as const;

export const topologySchema = z
  .strictObject({
    description,
    machine: z.enum(machineNames).default('q35').describe('QEMU machine type.'),
    cpu: cpu
      .optional()
      .describe(
        'CPU model, as in "qemu-system-x86_64 -cpu help". It decides whether the host bridge is on Linux\' p2pdma whitelist. Default: Nehalem on q35, neoverse-n2 on virt, cortex-a53 on imx8mp-evk (fixed).',
      ),
    'cpu-vendor': z
      .enum(['AuthenticAMD', 'GenuineIntel'])
      .optional()
      .describe('CPU vendor on q35. Default: AuthenticAMD for EPYC models, else GenuineIntel.'),
    memory: multipleOf(mebibyte)
      .optional()
      .describe('Size of guest memory. Default: 512 MiB; 1 GiB on imx8mp-evk.'),
    cpus: z.int().min(1).max(64).default(1).describe('Number of CPUs.'),
    inbound: z
      .enum(['identity', 'aliasing'])
      .optional()
      .describe(
        'Where devices of an imx8mp-evk address host memory: at its CPU addresses (identity, the default), or at the CPU addresses of the PCI window (aliasing), so that an untranslated peer address hits host memory.',
      ),
    'bus-base': busBase
      .optional()
      .describe('First PCI bus address of device memory on imx8mp-evk. Default: 0x10000000.'),
    'cpu-base': cpuBase
      .optional()
      .describe('First CPU address of device memory on imx8mp-evk. Default: 0xc0000000.'),
    iommu: z
      .enum(iommuTypes)
      .optional()
      .describe(
        'IOMMU in front of all devices: intel (VT-d), amd (AMD-Vi) or virtio on q35; smmuv3 on virt. Default: no IOMMU.',
      ),
    'iommu-mode': z
      .enum(iommuModes)
      .optional()
      .describe(
        'How Linux uses the IOMMU: off, passthrough, strict (flushes the IOTLB at unmap; the default) or lazy (flushes it later).',
      ),
    swiotlb: z
      .literal('force')
      .optional()
      .describe('"force": Linux bounces all DMA of host memory through swiotlb.'),
    hotplug: z.boolean().default(false).describe('Whether the ports support native PCIe hot-plug (pciehp).'),
    devices: z.record(deviceId, device).describe('The PCIe tree: a mapping from device ID to device.'),
  })
  .meta({dependentRequired: {'iommu-mode': ['iommu']}, allOf: machineRules()})
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

/** machineProblems as JSON Schema has them: an editor shows them before p2plab runs. */
function machineRules(): readonly object[] {
  const keys = {
    q35: {inbound: false, 'bus-base': false, 'cpu-base': false},
    virt: {'cpu-vendor': false, inbound: false, 'bus-base': false, 'cpu-base': false},
    'imx8mp-evk': {'cpu-vendor': false, cpu: false, cpus: {maximum: 4}},
  } as const satisfies Record<MachineName, object>;
  return [
    ...machineNames.map((machine) => ({
      if: {properties: {machine: {const: machine}}, ...(machine !== 'q35' && {required: ['machine']})},
      then: {
        properties: {
          ...keys[machine],
          iommu: iommusOf[machine].length === 0 ? false : {enum: iommusOf[machine]},
        },
      },
    })),
    {
      if: {properties: {iommu: {enum: ['virtio', 'smmuv3']}}, required: ['iommu']},
      then: {properties: {'iommu-mode': {not: {const: 'off'}}}},
    },
    {
      if: {properties: {iommu: {const: 'amd'}}, required: ['iommu']},
      then: {properties: {'iommu-mode': {not: {const: 'lazy'}}}},
    },
  ];
}

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
