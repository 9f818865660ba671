// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {bridgeTypes, endpointTypes} from '../devices/registry.ts';
import {deviceId} from './names.ts';
import type {Frozen} from './yaml.ts';

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

const types = [...bridgeTypes, ...endpointTypes] as const;

type AnyType = (typeof types)[number];

/** A device type's keys: its name, its place, its own. */
type SchemaOf<Type extends AnyType> = z.ZodObject<
  {type: z.ZodLiteral<Type['name']>} & (Type extends (typeof bridgeTypes)[number]
    ? typeof bridgePlace
    : typeof place) &
    Type['keys'],
  z.core.$strict
>;

type Schemas<Types extends readonly AnyType[]> = {readonly [Index in keyof Types]: SchemaOf<Types[Index]>};

const schemas = types.map((type) =>
  z
    .strictObject({
      type: z.literal(type.name).describe('Device type.'),
      ...('attachment' in type ? bridgePlace : place),
      ...type.keys,
    })
    .describe(type.description),
) as unknown as Schemas<typeof types>;

/** A device of a topology. */
export const deviceSchema = z.discriminatedUnion('type', schemas);

/** A device as its topology's file declares it. */
export type DeviceSpec = Frozen<z.output<typeof deviceSchema>>;

export type DeviceType = DeviceSpec['type'];

/** Which function of its slot a device is. */
export function functionOf(device: DeviceSpec): number {
  return 'function' in device ? device.function : 0;
}
