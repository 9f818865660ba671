// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {run} from '../base/process.ts';
import type {ArchitectureName} from '../spec/architecture.ts';
import {architectures, crossPrefix} from './architecture.ts';

/** A function of a kernel that an address lies in. */
export interface NamedAddress {
  readonly symbol: string;
  readonly offset: number;
  /** Up to the next symbol. */
  readonly size: number;
}

/**
 * The functions that addresses of a running kernel lie in, by its vmlinux. One is undefined where it is in a module, or
 * the kernel has moved itself (KASLR).
 */
export async function functionsAt(
  vmlinux: string,
  arch: ArchitectureName,
  addresses: readonly bigint[],
): Promise<readonly (NamedAddress | undefined)[]> {
  if (!existsSync(vmlinux) || addresses.length === 0) return addresses.map(() => undefined);
  const table = await run(`${crossPrefix(architectures[arch])}nm`, ['-n', vmlinux]);
  return nameAddresses(table.stdout, addresses);
}

/** The same by what `nm -n` prints: `ffffffff81000000 T _text`, in the order of addresses. */
export function nameAddresses(
  table: string,
  addresses: readonly bigint[],
): readonly (NamedAddress | undefined)[] {
  const symbols = table.split('\n').flatMap((line) => {
    const [, address, type, symbol] = /^([0-9a-f]{16}) ([a-zA-Z]) (\S+)$/.exec(line) ?? [];
    if (address === undefined || type === undefined || symbol === undefined) return [];
    return [{address: BigInt(`0x${address}`), code: /[tTwW]/.test(type), symbol}];
  });
  return addresses.map((address) => {
    const after = symbols.findIndex((symbol) => symbol.address > address);
    // Behind the last symbol are the modules.
    const found = after <= 0 ? undefined : symbols.slice(0, after).findLast(({code}) => code);
    const next = symbols[after];
    if (found === undefined || next === undefined) return undefined;
    const offset = Number(address - found.address);
    // So long is no function: it is memory that is none's.
    if (offset > 1024 * 1024) return undefined;
    return {symbol: found.symbol, offset, size: Number(next.address - found.address)};
  });
}
