// SPDX-License-Identifier: MIT

/** Properties of a QEMU option. Those that are undefined are left out. */
export type Properties = Readonly<Record<string, string | number | undefined>>;

/** A version of QEMU. */
export interface QemuVersion {
  readonly major: number;
  readonly minor: number;
}

/** Files behind the devices, by a device's id. */
export interface DeviceFiles {
  /** Raw images of NVMe drives that have a disk. */
  readonly disks: Readonly<Record<string, string>>;
  /** Where the frames of NICs are recorded, in pcap format; a NIC without one is not recorded. */
  readonly pcaps: Readonly<Record<string, string>>;
  /** Memory of ivshmem devices. */
  readonly shared: Readonly<Record<string, string>>;
  /** Drives whose reads the lab will hold or slow down. */
  readonly disturbed?: readonly string[];
}

/** Returns an option of QEMU with its properties. A comma in a value is written twice. */
export function option(name: string, driver: string | undefined, properties: Properties): readonly string[] {
  const words = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${String(value).replaceAll(',', ',,')}`);
  return [name, [...(driver === undefined ? [] : [driver]), ...words].join(',')];
}

/** Returns the properties of an object below another one: `file.driver`. */
export function prefixed(prefix: string, properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [`${prefix}.${key}`, value]));
}

/** @throws {TypeError} if the device has none: a caller's mistake */
export function fileOf(files: Readonly<Record<string, string>>, id: string, what: string): string {
  const file = files[id];
  if (file === undefined) throw new TypeError(`no file for the ${what} of ${id}`);
  return file;
}

/** Returns the `addr` of a function: device number in hexadecimal, and function. */
export function slotAddress(device: number, fn = 0): string {
  return `${device.toString(16).padStart(2, '0')}.${fn}`;
}
