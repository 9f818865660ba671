// SPDX-License-Identifier: MIT
import {formatBytes} from '../../base/bytes.ts';
import {oneLine} from '../../base/escape.ts';
import {hex} from '../../base/hex.ts';
import type {Code, Contradiction, FlowParameters, ParametersOf, Why} from '../finding.ts';

/** The sentence of each of these codes. */
export type Sentences<C extends Code> = {
  readonly [K in C]: (parameters: ParametersOf<K>, subject: string) => string;
};

/** The function of the DMA API that a scenario's `by` stands for. */
export function mapFunction(api: string): string {
  return `${{sg: 'dma_map_sgtable', page: 'dma_map_page', resource: 'dma_map_resource'}[api] ?? api}()`;
}

/** The name of an error as the function returns it: pages and ranges have DMA_MAPPING_ERROR alone, which the guest reports as EIO. */
export function mapError(api: string, error: string): string {
  return api !== 'sg' && error === 'EIO' ? 'DMA_MAPPING_ERROR' : error;
}

/** Where memory is: `cmb`, `host memory`, `an unmapped address`. */
export function place(target: string): string {
  return {'host-memory': 'host memory', unmapped: 'an unmapped address'}[target] ?? target;
}

/** `src wrote 64 KiB to cmb`; as it must be: `src writes 64 KiB to cmb`. */
export function flowText({initiator, direction, target, bytes}: FlowParameters, due = false): string {
  const size = formatBytes(bytes);
  return direction === 'write'
    ? `${initiator} ${due ? 'writes' : 'wrote'} ${size} to ${place(target)}`
    : `${initiator} ${due ? 'reads' : 'read'} ${size} from ${place(target)}`;
}

/** Flows in a line. */
export function flowsText(flows: readonly FlowParameters[], due = false): string {
  return flows.length === 0 ? 'no transfers' : flows.map((flow) => flowText(flow, due)).join(', ');
}

/** A route of a request: `turned around at sw0`. */
export function routeText({route, by}: {readonly route: string; readonly by?: string | undefined}): string {
  if (route === 'peer-to-peer') return `turned around at ${by ?? 'a bridge'}`;
  if (route === 'blocked') return `blocked at ${by ?? 'a port'}`;
  return 'routed upstream to the root complex';
}

/** Why memory can or cannot be reached. */
export function whyText(why: Why): string {
  switch (why.rule) {
    case 'path':
      return why.text;
    case 'mask':
      return `bus address ${hex(why.address)} exceeds the ${why.bits}-bit DMA mask of ${why.initiator}`;
    case 'bounce':
      return `${why.text}, but swiotlb=force bounces all DMA through the root complex, and peer memory cannot be bounced`;
    case 'bar':
      return `the range is not entirely within one BAR of ${why.provider}`;
    case 'cmb-size':
      return `Linux does not register the CMB of ${why.provider}: its size, ${formatBytes(why.bytes)}, is not a multiple of 2 MiB`;
    case 'host-memory':
      return 'all data is in host memory';
  }
}

const outcomes = {
  peer: 'peer-to-peer DMA',
  refused: 'the mapping to be refused',
  'host-memory': 'DMA through host memory',
} as const;

/** How a scenario contradicts its topology. */
export function contradictionText({declared, required, why}: Contradiction): string {
  return `the scenario expects ${outcomes[declared]}, but the topology requires ${outcomes[required]}: ${why.map(whyText).join('; ')}`;
}

/** {@link contradictionText} behind another sentence. */
export function unless(contradiction: Contradiction | undefined): string {
  return contradiction === undefined ? '' : `; ${contradictionText(contradiction)}`;
}

/** `: LAST LINE` of what a command printed, if it printed anything. */
export function after(output: string | undefined): string {
  return output === undefined || output === '' ? '' : `: ${oneLine(output)}`;
}

/** `in memunmap_pages()`. */
export function inFunction(where: string | undefined): string {
  return where === undefined ? '' : ` in ${where}()`;
}

/** `1 sector`, `3 sectors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
