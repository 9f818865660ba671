// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId, description} from './names.ts';
import {multipleOf, powerOfTwo} from './size.ts';
import {type Frozen, type Located, readSpec} from './yaml.ts';

const mebibyte = 2 ** 20;

const place = {
  /** The device above: a root port or a switch; the root complex if not given. */
  on: deviceId.optional(),
  /** The device number on the bus above; on a switch: the number of the downstream port. */
  slot: z.int().min(0).max(31).optional(),
};

const device = z.discriminatedUnion('type', [
  z.strictObject({type: z.literal('root-port'), ...place}),
  z.strictObject({type: z.literal('switch'), ...place}),
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
  z.strictObject({type: z.literal('edu'), ...place}),
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

export const topologySchema = z
  .strictObject({
    description,
    machine: z.literal('q35').default('q35'),
    cpu: cpu.default('Nehalem'),
    'cpu-vendor': z.enum(['AuthenticAMD', 'GenuineIntel']).optional(),
    memory: multipleOf(mebibyte).default(512 * mebibyte),
    cpus: z.int().min(1).max(64).default(1),
    devices: z.record(deviceId, device),
  })
  .transform(({'cpu-vendor': vendor, ...rest}) => ({
    ...rest,
    // KVM would take the host's vendor for a model of the other one.
    cpuVendor:
      vendor ?? (rest.cpu.startsWith('EPYC') ? ('AuthenticAMD' as const) : ('GenuineIntel' as const)),
  }));

/** A PCIe tree and the machine around it, as its file declares them. Sizes are in bytes. */
export type TopologySpec = Frozen<z.output<typeof topologySchema>>;

/** A device as its topology's file declares it. */
export type DeviceSpec = Frozen<z.output<typeof device>>;

export type DeviceType = DeviceSpec['type'];

/**
 * Reads a topology's file.
 * @throws {SpecError} for all that is wrong in it
 */
export function readTopology(file: string): Located<TopologySpec> {
  return readSpec(file, topologySchema);
}
