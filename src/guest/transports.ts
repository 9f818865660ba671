// SPDX-License-Identifier: MIT
import type {Context} from '../base/context.ts';
import {describeSsh} from './ssh/ssh-transport.ts';
import type {TransportDescription} from './transport.ts';

/**
 * Returns the transport by which the lab talks to its guests, with its keys if it needs any.
 * @throws HostError when a program is missing that it needs on this host
 */
export async function ensureTransport(context: Context): Promise<TransportDescription> {
  return describeSsh(context);
}
