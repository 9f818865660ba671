// SPDX-License-Identifier: MIT
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {serve as listen} from '@hono/node-server';
import {HostError, Interrupted, messageOf} from '../base/errors.ts';
import type {Database} from '../results/database/tables.ts';
import {dashboard} from './serve.ts';

/** Where to serve the pages, and who may read them. */
export interface ServeRequest {
  readonly db: Database;
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** A random one if undefined, where one is needed. */
  readonly token: string | undefined;
}

/**
 * Serves the pages until it is aborted.
 * @param listening receives the URL
 * @throws HostError if the address cannot be used
 */
export async function serveUntilAborted(
  {db, host, port: given, token}: ServeRequest,
  listening: (url: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const local = host === '127.0.0.1' || host === 'localhost' || host === '::1';
  const needed = token ?? (local ? undefined : randomBytes(16).toString('base64url'));
  const hosts = local ? ['127.0.0.1', 'localhost', '[::1]'] : undefined;
  const app = dashboard({db, token: needed, hosts});
  const server = listen({fetch: app.fetch, hostname: host, port: given});
  try {
    await once(server, 'listening', {signal});
    const address = server.address();
    const shown = typeof address === 'object' && address !== null ? address.port : given;
    const name = host.includes(':') ? `[${host}]` : host;
    const query = needed === undefined ? '' : `?token=${encodeURIComponent(needed)}`;
    listening(`http://${name}:${shown}/${query}`);
    await once(signal, 'abort');
  } catch (error) {
    if (!signal.aborted)
      throw new HostError(`cannot listen on ${host}, port ${given}: ${messageOf(error)}`, {
        hint: 'give another one with --port',
        cause: error,
      });
  } finally {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }
  throw new Interrupted();
}
