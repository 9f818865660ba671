// SPDX-License-Identifier: MIT
import {endpointTypeOf} from '../devices/registry.ts';
import {addressBitsOf, isBoundAtBoot, isDmaEngine} from '../devices/roles.ts';
import * as z from 'zod';
import type {Guest} from '../guest/guest.ts';
import {readLineIfValid} from '../guest/protocol/answer.ts';
import {endpointsOf, findNode, type Topology} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';
import type {Finding} from '../verdict/finding.ts';
import type {ExpectedStep} from '../verdict/expectation.ts';

interface Machine {
  readonly guest: Pick<Guest, 'run'>;
  readonly topology: Topology;
}

/** Devices without their drivers: of the kernel's own a failure of the kernel, of the lab's one of the lab. */
interface Unbound {
  readonly checks: readonly Check[];
  readonly errors: readonly Finding[];
}

/**
 * Which devices of a step have no driver: that comes before anything that is missing in the ledger. It is asked for when a
 * step went wrong; a guest that does not answer has worse than that.
 * @param asked the devices that need a driver in addition to those of the transfers
 */
export async function unboundDevices(
  machine: Machine,
  asked: readonly string[],
  {transfers, refused}: Pick<ExpectedStep, 'transfers' | 'refused'>,
): Promise<Unbound> {
  const ids = [...transfers, ...refused].flatMap(({initiator, target}) => [initiator, target]);
  return unboundOf(machine, [...asked, ...ids]);
}

/** Edus to which the lab's driver, which was just loaded, did not bind. */
export async function unboundEdus(machine: Machine): Promise<readonly Finding[]> {
  const edus = endpointsOf(machine.topology).filter(isDmaEngine);
  return edus.length === 0
    ? []
    : (
        await unboundOf(
          machine,
          edus.map(({id}) => id),
        )
      ).errors;
}

async function unboundOf({guest, topology}: Machine, ids: readonly string[]): Promise<Unbound> {
  const answer = await guest.run(['p2p', 'tree']).catch(() => undefined);
  const drivers = new Map(readDrivers(answer?.stdout ?? '').map(({bdf, driver}) => [bdf, driver]));
  const checks: Check[] = [];
  const errors: Finding[] = [];
  for (const id of new Set(ids)) {
    const node = findNode(topology, id);
    const driver = node && drivers.get(node.bdf);
    if (node === undefined || driver === undefined) continue;
    const own = endpointTypeOf(node.type)?.dmaEngine?.driver;
    if (own !== undefined && driver !== own) {
      const parameters = {bdf: node.bdf, driver: own, dmaBits: addressBitsOf(node) ?? 64};
      errors.push({code: 'edu-unbound', subject: id, parameters});
    }
    if (isBoundAtBoot(node) && driver === null) {
      const finding = {code: 'driver-unbound', subject: id, parameters: {bdf: node.bdf}} as const;
      checks.push(check('driver', false, 'guest', finding));
    }
  }
  return {checks, errors};
}

const functions = z.array(z.object({bdf: z.string(), driver: z.string().nullable()}));

function readDrivers(stdout: string): z.output<typeof functions> {
  return readLineIfValid(stdout, functions) ?? [];
}
