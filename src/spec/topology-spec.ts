// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {multipleOf} from '../base/size.ts';
import {iommuModes} from '../devices/iommus/iommu-type.ts';
import {iommuNames} from '../devices/iommus/registry.ts';
import {machineNames, machineTypeOf} from '../devices/machines/registry.ts';
import {deviceSchema} from './device.ts';
import {listIommus, machineProblems, machineRules} from './machine-keys.ts';
import {deviceId, description} from './names.ts';
import {type Frozen, type Located, readSpec} from './yaml.ts';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

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
      .enum(iommuNames)
      .optional()
      .describe(`IOMMU in front of all devices: ${listIommus()}. Default: no IOMMU.`),
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
    devices: z.record(deviceId, deviceSchema).describe('The PCIe tree: a mapping from device ID to device.'),
  })
  .meta({dependentRequired: {'iommu-mode': ['iommu']}, allOf: machineRules})
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
      const machine = machineTypeOf(rest.machine);
      const cpu = rest.cpu ?? machine.defaults.cpu;
      const keys = {'cpu-vendor': vendor, 'bus-base': base, 'cpu-base': cpuBase, inbound, cpus: rest.cpus};
      return {
        ...rest,
        cpu,
        memory: rest.memory ?? machine.defaults.memory,
        ...machine.settings(keys, cpu),
        ...(iommu !== undefined && {iommu: {type: iommu, mode: mode ?? ('strict' as const)}}),
      };
    },
  );

/** A PCIe tree and the machine around it, as its file declares them. Sizes are in bytes. */
export type TopologySpec = Frozen<z.output<typeof topologySchema>>;

/**
 * Reads a topology's file.
 * @throws {SpecError} for all that is wrong in it
 */
export function readTopology(file: string): Located<TopologySpec> {
  return readSpec(file, topologySchema);
}
