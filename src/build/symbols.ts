// SPDX-License-Identifier: MIT
import {existsSync} from 'node:fs';
import {run} from '../base/process.ts';
import type {ArchitectureName} from '../spec/architecture.ts';
import {architectures, crossPrefix} from './architecture.ts';

/** A place in compiled code, as a kernel's trace names it. */
export interface CodePlace {
  readonly symbol: string;
  readonly offset: number;
  /** How long the kernel takes the function to be: up to the next one. */
  readonly size: number;
  /** Whether it is where a CPU was; else it is where one was to return to, and the call lies before it. */
  readonly exact: boolean;
}

interface Symbol {
  readonly section: string;
  readonly address: bigint;
  readonly size: number;
}

/**
 * The lines of the source that places in a vmlinux or a module come from: `drivers/pci/p2pdma.c:123`. One is
 * undefined where the file has no line tables, or there is nobody to read them.
 */
export async function linesOf(
  file: string,
  arch: ArchitectureName,
  places: readonly CodePlace[],
): Promise<readonly (string | undefined)[]> {
  const unknown = places.map(() => undefined);
  if (places.length === 0 || !existsSync(file)) return unknown;
  const prefix = crossPrefix(architectures[arch]);
  try {
    const wanted = new Set(places.map(({symbol}) => symbol));
    const table = await run(`${prefix}objdump`, ['-t', file]);
    const symbols = parseSymbols(table.stdout, wanted);
    const found = places.map((place) => ({
      place,
      symbol: choose(symbols.get(place.symbol) ?? [], place.size),
    }));
    const lines = new Map<string, string>();
    for (const section of new Set(
      found.flatMap(({symbol}) => (symbol === undefined ? [] : [symbol.section])),
    )) {
      const addresses = found.flatMap(({place, symbol}) =>
        symbol?.section === section ? [addressOf(place, symbol)] : [],
      );
      // Modules are not linked yet: their addresses count from a section's begin.
      const within = file.endsWith('.ko') ? ['-j', section] : [];
      const {stdout} = await run(`${prefix}addr2line`, ['-e', file, ...within, ...addresses]);
      stdout.split('\n').forEach((line, index) => {
        lines.set(`${section} ${addresses[index] ?? ''}`, line);
      });
    }
    return found.map(({place, symbol}) =>
      symbol === undefined
        ? undefined
        : tidy(lines.get(`${symbol.section} ${addressOf(place, symbol)}`) ?? ''),
    );
  } catch {
    // Without binutils of this architecture a trace is shown as it is.
    return unknown;
  }
}

/** Reads what `objdump -t` prints: `ffffffff81000000 g     F .text  0000000000000040 name`. */
export function parseSymbols(
  table: string,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, readonly Symbol[]> {
  const symbols = new Map<string, Symbol[]>();
  for (const line of table.split('\n')) {
    const [, address = '', section = '', size = '', name = ''] =
      /^([0-9a-f]+) .{7} (\S+)\t([0-9a-f]+) +(?:\.hidden )?(\S+)$/.exec(line) ?? [];
    if (!wanted.has(name)) continue;
    const same = symbols.get(name) ?? [];
    same.push({section, address: BigInt(`0x${address}`), size: Number.parseInt(size, 16)});
    symbols.set(name, same);
  }
  return symbols;
}

/** Of functions of one name, that which fits best: the kernel counts what fills the gap to the next one, too. */
function choose(same: readonly Symbol[], size: number): Symbol | undefined {
  const gap = (symbol: Symbol): number => (symbol.size > size ? Infinity : size - symbol.size);
  return same.toSorted((a, b) => gap(a) - gap(b))[0];
}

function addressOf({offset, exact}: CodePlace, {address}: Symbol): string {
  return `0x${(address + BigInt(exact ? offset : Math.max(offset - 1, 0))).toString(16)}`;
}

const topFolders =
  'arch|block|certs|crypto|drivers|fs|include|init|io_uring|ipc|kernel|lib|mm|net|rust|samples|security|sound|usr|virt';

/** What addr2line says, from the source's root on; a module of the lab's from its own folder on. */
export function tidy(line: string): string | undefined {
  const place = line.replace(/ \(discriminator \d+\)$/, '');
  if (place.startsWith('??') || /:[0?]$/.test(place) || place === '') return undefined;
  return place
    .replace(/^.*(\/objects\/[^/]+|-build-\w+)\/modules\//, '')
    .replace(/^.*\/kits\/\w+\//, '')
    .replace(new RegExp(`^.*?/linux/(?=(?:${topFolders})/)`), '')
    .replace(/^(\.\.?\/)+/, '');
}
