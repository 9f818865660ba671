// SPDX-License-Identifier: MIT
import type {Identity} from '../devices/pci-identity.ts';
import type {Platform} from '../devices/machines/machine.ts';
import {bridgeTypeOf, endpointNamed} from '../devices/registry.ts';
import type {Node} from './model.ts';

/** What QEMU's model of a function answers to a read of its ids. */
export function identityOf(node: Node, {ownPort}: Pick<Platform, 'ownPort'>): Identity {
  if (node.kind === 'endpoint') return endpointNamed(node.type).identity;
  if (node.kind === 'root-port' && ownPort !== undefined) return ownPort;
  return bridgeFunctionOf(node).identity;
}

/**
 * What a function of a bridge is.
 * @throws {TypeError} if its type has no such function: a mistake in its file
 */
export function bridgeFunctionOf({kind, type}: Node) {
  const found = bridgeTypeOf(type)?.functions[kind];
  if (found === undefined) throw new TypeError(`a ${type} has no ${kind}`);
  return found;
}
