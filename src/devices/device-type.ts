// SPDX-License-Identifier: MIT
import type * as z from 'zod';
import type {Identity} from './pci-identity.ts';
import type {DeviceFiles, Properties, QemuVersion} from './qemu-option.ts';

/** What the keys of a device type give, as they are declared in a topology. */
export type Declared<Keys extends z.core.$ZodShape> = z.output<z.ZodObject<Keys, z.core.$strict>>;

/** Gives devices numbers that are unique over a topology, from 1 on. */
export interface Numbers {
  namespace(): number;
  nic(): number;
}

/** Memory in a BAR that a device can give to peers. */
export interface Provider<Details> {
  /** What the memory is called: `CMB`, `VRAM`. */
  readonly kind: string;
  /** The number of its BAR. */
  readonly bar: number;
  /** Whether that BAR has 64 bits; all are prefetchable. */
  readonly wide: boolean;
  /** The name of its memory region, if a device model implements it, so that QEMU can trace each access. */
  readonly region?: string;
  /** The module of the lab that registers the memory with Linux, if that is not the device's own driver. */
  readonly module?: string;
  /** Whether Linux' own driver registers the memory. */
  readonly registeredAtBoot: boolean;
  /** The size in bytes; undefined if this device has no such memory. */
  size(device: Details): number | undefined;
  /** Whether Linux gives memory of this size to peers. */
  isRegistered(size: number): boolean;
  /** Whether stock QEMU has memory of this size. */
  isStockSize(size: number): boolean;
  /** How many bytes of this size Linux leaves to peers. */
  usable(size: number, cpus: number): number;
}

/** A device that sends Ethernet frames. */
export interface Nic {
  /**
   * How the addresses of what it sends are known: from trace events of its descriptors; from its ring, read by the lab
   * before and after a step; or from the requests that lab/qemu/routed traces.
   */
  readonly evidence: 'descriptors' | 'ring' | 'requests';
  /** Bytes of a header of its own that it reads before each frame. */
  readonly headerBytes: number;
}

/** An NVMe controller. */
export interface Controller<Details> {
  /** The size of its disk in bytes, if it has one. */
  disk(device: Details): number | undefined;
  /** The namespace ID of its disk. */
  nsid(device: Details): number | undefined;
}

/** A device that does DMA wherever the lab's own driver tells it to. */
export interface DmaEngine<Details> {
  /** The driver, of images/modules/p2plab. */
  readonly driver: string;
  /** The width of its addresses in bits. */
  addressBits(device: Details): number;
}

/** A device that shows its memory as a picture. */
export interface Display<Details> {
  /** The size of its video memory in bytes. */
  memory(device: Details): number;
}

/** Where a device has its virtual functions, enabled or not: offset and stride of the SR-IOV capability. */
export interface VirtualFunctions {
  readonly offset: number;
  readonly stride: number;
  readonly count: number;
}

/** What a type of endpoint is and does. Methods get a device as it is declared in, or planned from, a topology. */
export interface EndpointType<
  Name extends string = string,
  Keys extends z.core.$ZodShape = z.core.$ZodShape,
  Details extends object = object,
> {
  readonly name: Name;
  /** A sentence for the reference. */
  readonly description: string;
  /** Keys of its own in a topology, beside its place. */
  readonly keys: Keys;
  readonly identity: Identity;
  /** The first QEMU that has it, if that is newer than the oldest supported one (7.2). */
  readonly since?: QemuVersion;
  /** Whether no topology worth running can do without it. */
  readonly essential?: boolean;
  /** Whether it can be on a conventional PCI bus. */
  readonly isConventional?: boolean;
  /** Whether a driver of the kernel is bound to it once the guest is up. Those of others are modules. */
  readonly boundAtBoot: boolean;
  /** The DMA mask in bits that its driver sets; undefined: none does, and it stays at 32. */
  readonly maskBits?: number;
  /** Events of its device model that are traced in a step. */
  readonly traceEvents: readonly string[];
  /** The memory region of the registers that say what it does, if accesses to them are to be traced. */
  readonly registers?: string;
  readonly nic?: Nic;
  readonly controller?: Controller<NoInfer<Details>>;
  readonly dmaEngine?: DmaEngine<NoInfer<Details>>;
  readonly display?: Display<NoInfer<Details>>;
  readonly provider?: Provider<NoInfer<Details>>;
  readonly virtualFunctions?: VirtualFunctions;
  /** Whether a file of the host is behind its memory. */
  readonly isShared?: boolean;
  /** What a planned device has beside its place. */
  details(declared: Declared<Keys>, numbers: Numbers): Details;
  /** Whether a scenario can make it do DMA. */
  initiates(device: Details): boolean;
  /** What follows the name in a drawing: `, disk 64 MiB`. */
  text(device: Details): string;
  /** QEMU's names of the devices that it can be made of. */
  readonly allDrivers: readonly string[];
  /** QEMU's names of the devices that it is made of. */
  drivers(device: Details): readonly string[];
  /**
   * QEMU's arguments.
   * @param place id, bus and address
   */
  arguments(
    device: Details & {readonly id: string},
    place: Properties,
    files: DeviceFiles,
  ): readonly string[];
}

/** Checks a type of endpoint and keeps what is specific to it. */
export function endpointType<
  const Name extends string,
  Keys extends z.core.$ZodShape,
  Details extends object,
>(type: EndpointType<Name, Keys, Details>): EndpointType<Name, Keys, Details> {
  return Object.freeze(type);
}

/** How devices attach below a bridge: in its one slot, each to a port with a slot of its own, or to one bus. */
export type Attachment = 'slot' | 'ports' | 'bus';

/** What a type of bridge is: of one or, as a switch, of several PCI functions. */
export interface BridgeType<Name extends string = string, Keys extends z.core.$ZodShape = z.core.$ZodShape> {
  readonly name: Name;
  readonly description: string;
  readonly keys: Keys;
  readonly essential?: boolean;
  readonly attachment: Attachment;
  /** Whether it is part of the root complex. */
  readonly isRootPort: boolean;
  /** Its functions, by what they are. */
  readonly functions: Readonly<Record<string, BridgeFunction>>;
}

/** A PCI function of a bridge. */
export interface BridgeFunction {
  readonly identity: Identity;
  /** QEMU's name of the device. */
  readonly driver: string;
}

/** Checks a type of bridge and keeps what is specific to it. */
export function bridgeType<const Name extends string, const Type extends BridgeType<Name>>(
  type: Type & {readonly name: Name},
): Type {
  return Object.freeze(type);
}
