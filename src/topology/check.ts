// SPDX-License-Identifier: MIT
import {describeAcs} from './acs.ts';
import {formatIdentity, type Identity, identityOf} from './identity.ts';
import {groupType, iommuIdentity} from './iommu.ts';
import {findNode, formatBdf, nodeOf, type Topology} from './model.ts';
import {readGuestTree, readQueryPci, type SeenFunction} from './seen.ts';
import {labSlots} from './platform.ts';

/**
 * Compares a topology with QEMU's answer to `query-pci`, asked once the firmware has numbered the buses.
 * @returns the differences in words; none if the machine is the declared one
 */
export function checkAgainstQemu(topology: Topology, answer: unknown): readonly string[] {
  const seen = readQueryPci(answer);
  return seen === undefined ? ["QEMU's answer to query-pci cannot be read"] : compare(topology, seen, 'QEMU');
}

/**
 * Compares a topology with what the guest's kernel found: the array that the guest tool's `tree` prints.
 * @returns the differences in words; none if the guest sees the declared tree
 */
export function checkAgainstGuest(topology: Topology, tree: unknown): readonly string[] {
  const seen = readGuestTree(tree);
  return seen === undefined ? ["the guest's tree cannot be read"] : compare(topology, seen, 'the guest');
}

function compare(topology: Topology, seen: readonly SeenFunction[], witness: string): readonly string[] {
  const byBdf = new Map(seen.map((fn) => [fn.bdf, fn]));
  const declared = new Set(topology.nodes.map(({bdf}) => bdf));
  const root = byBdf.get('0000:00:00.0');
  const {hostBridge} = topology.platform;
  return [
    ...(seen.length === byBdf.size ? [] : [`${witness} has two functions at one address`]),
    ...(hostBridge === undefined
      ? []
      : differingIds('the host bridge', '0000:00:00.0', hostBridge, root, witness)),
    ...iommuDifferences(topology, byBdf, witness),
    ...topology.nodes.flatMap((node) => {
      const fn = byBdf.get(node.bdf);
      const differences = [
        ...differingIds(node.id, node.bdf, identityOf(node, topology.platform), fn, witness),
      ];
      if (fn === undefined) return differences;
      const parent = node.parent === null ? null : nodeOf(topology, node.parent).bdf;
      differences.push(...differingParent(node.id, parent, fn, witness));
      if (fn.id !== undefined && fn.id !== node.id) {
        differences.push(`${node.bdf} is ${node.id}; for ${witness} it is "${fn.id}"`);
      }
      if (fn.buses !== undefined && node.kind !== 'endpoint') {
        const {secondary, subordinate} = fn.buses;
        if (secondary !== node.secondaryBus || subordinate !== node.subordinateBus) {
          const numbers = `${node.secondaryBus} to ${node.subordinateBus}`;
          differences.push(
            `${node.id} leads to buses ${numbers}; for ${witness} to ${secondary} to ${subordinate}`,
          );
        }
      }
      if (fn.acsControl !== undefined && node.kind !== 'endpoint') {
        const [wanted, found] = [describeAcs(node.acsControl), describeAcs(fn.acsControl ?? undefined)];
        if (wanted !== found)
          differences.push(`${node.id} must have ${wanted}; for ${witness} it has ${found}`);
      }
      // Their drivers come after the bus is scanned, or ask when a device's is bound: what has none is in no group.
      const late = topology.iommu?.type === 'virtio' || topology.iommu?.type === 'smmuv3';
      const undecided = late && fn.iommuGroup === null;
      if (fn.iommuGroup !== undefined && node.kind === 'endpoint' && !undecided) {
        const [wanted, found] = [groupType(topology.iommu) ?? 'none', fn.iommuGroup ?? 'none'];
        if (wanted !== found) {
          differences.push(
            `${node.id} must be in an IOMMU group of type ${wanted}; for ${witness} it is in ${found}`,
          );
        }
      }
      return differences;
    }),
    ...seen
      .filter(({bdf}) => !declared.has(bdf) && bdf !== iommuBdf(topology) && !isReserved(topology, bdf))
      .map(
        (fn) =>
          `${witness} has ${formatIdentity(fn)} at ${fn.bdf}, which the topology does not declare${known(topology, fn)}`,
      ),
  ];
}

/** The BDF of the IOMMU's own function, if it is one. */
function iommuBdf({iommu}: Topology): string | undefined {
  return iommu?.slot === undefined ? undefined : formatBdf(0, iommu.slot, 0);
}

function iommuDifferences(
  topology: Topology,
  byBdf: ReadonlyMap<string, SeenFunction>,
  witness: string,
): readonly string[] {
  const bdf = iommuBdf(topology);
  const identity = topology.iommu && iommuIdentity(topology.iommu);
  if (bdf === undefined || identity === undefined) return [];
  const fn = byBdf.get(bdf);
  return [
    ...differingIds('the IOMMU', bdf, identity, fn, witness),
    ...(fn === undefined ? [] : differingParent('the IOMMU', null, fn, witness)),
  ];
}

function differingParent(
  id: string,
  parent: string | null,
  fn: SeenFunction,
  witness: string,
): readonly string[] {
  if (fn.parent === parent) return [];
  return [`${id} (${fn.bdf}) is below ${place(parent)}; for ${witness} below ${place(fn.parent)}`];
}

function differingIds(
  id: string,
  bdf: string,
  declared: Identity,
  fn: SeenFunction | undefined,
  witness: string,
): readonly string[] {
  if (fn === undefined) return [`${id} (${bdf}) is missing for ${witness}`];
  if (formatIdentity(fn) === formatIdentity(declared)) return [];
  return [`${id} (${bdf}) is ${formatIdentity(declared)}; for ${witness} ${formatIdentity(fn)}`];
}

function known(topology: Topology, {id}: SeenFunction): string {
  const node = id === undefined ? undefined : findNode(topology, id);
  return node === undefined ? '' : ` there: ${node.id} should be at ${node.bdf}`;
}

function place(parent: string | null): string {
  return parent ?? 'the root complex';
}

/** What the machine and the lab put on the root bus is not part of the topology; nor is an IOMMU by itself. */
function isReserved({platform}: Topology, bdf: string): boolean {
  return platform.reservedSlots.some(
    (slot) => slot !== labSlots.iommu && bdf.startsWith(`0000:00:${slot.toString(16).padStart(2, '0')}.`),
  );
}
