// SPDX-License-Identifier: MIT
import {describeAcs} from './acs.ts';
import {describe} from './draw.ts';
import type {Topology} from './model.ts';

/** A function of a tree, as plain data for whoever draws it. */
export interface TreeNode {
  readonly id: string;
  /** The id of the bridge above, or `null` for the root complex. */
  readonly parent: string | null;
  readonly bdf: string;
  readonly kind: 'root-port' | 'upstream-port' | 'downstream-port' | 'endpoint';
  /** `nvme, disk 64 MiB`. */
  readonly text: string;
  /** What of ACS is on, in words; not there where nothing is. */
  readonly acs?: string;
}

/** The tree of a topology without anything that only the lab understands. */
export function treeOf({nodes}: Topology): readonly TreeNode[] {
  return nodes.map((node) => {
    const acs = node.kind === 'endpoint' ? 0 : (node.acsControl ?? 0);
    const {id, parent, bdf, kind} = node;
    return {id, parent, bdf, kind, text: describe(node), ...(acs !== 0 && {acs: describeAcs(acs)})};
  });
}
