// SPDX-License-Identifier: MIT
import * as z from 'zod';
import type {Guest} from '../guest/guest.ts';
import {endpointsOf, findNode, type Topology} from '../topology/model.ts';
import {check, type Check} from '../verdict/check.ts';
import type {Finding} from '../verdict/finding.ts';
import type {ExpectedStep} from '../verdict/expectation.ts';

/** Endpoints that have a driver once the guest is up: those of the others are modules that steps load. */
export const boundAtBoot: readonly string[] = ['nvme', 'e1000', 'e1000e', 'igb'];

/** What the lab's own driver of an edu is called: images/modules/p2plab/edu.c. */
const eduDriver = 'p2plab_edu';

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
  const edus = endpointsOf(machine.topology).filter(({type}) => type === 'edu');
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
    if (node.type === 'edu' && driver !== eduDriver) {
      const parameters = {bdf: node.bdf, driver: eduDriver, dmaBits: node.dmaBits};
      errors.push({code: 'edu-unbound', subject: id, parameters});
    }
    if (boundAtBoot.includes(node.type) && driver === null) {
      const finding = {code: 'driver-unbound', subject: id, parameters: {bdf: node.bdf}} as const;
      checks.push(check('driver', false, 'guest', finding));
    }
  }
  return {checks, errors};
}

const functions = z.array(z.object({bdf: z.string(), driver: z.string().nullable()}));

function readDrivers(stdout: string): z.output<typeof functions> {
  try {
    return functions.catch([]).parse(JSON.parse(stdout));
  } catch {
    return [];
  }
}
