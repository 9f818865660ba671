// SPDX-License-Identifier: MIT
import {formatBytes} from '../../base/bytes.ts';
import {hex} from '../../base/hex.ts';
import type {countFindings, mappingFindings} from '../findings/mapping.ts';
import {counted, mapError, mapFunction, place, type Sentences, whyText} from './words.ts';

export const mappingSentences: Sentences<keyof typeof mappingFindings> = {
  'pieces-short': ({memory, length}) =>
    `the reported pieces do not add up to the ${formatBytes(length)} of ${place(memory)}`,
  'pieces-excess': () => 'the guest reported more pieces than there are segments',
  'mapping-refused': ({api, error, why}, initiator) =>
    `${mapFunction(api)} for ${initiator} returned ${mapError(api, error)}, but every segment can be reached: ${why.map(whyText).join('; ')}`,
  'segment-correct': ({index, memory, api, length}, initiator) =>
    `${numbered(index)}${mapFunction(api)} gave ${initiator} the correct DMA address for ${formatBytes(length)} of ${place(memory)}`,
  'segment-unmapped': ({index, memory, api, offset}, initiator) =>
    `${numbered(index)}${mapFunction(api)} gave ${initiator} no DMA address for offset ${hex(offset)} of ${place(memory)}`,
  'segment-mark-wrong': ({index, memory, api, address, marked}, initiator) => {
    const [is, must] = marked
      ? ['is marked as a bus address', 'is not one']
      : ['is not marked as a bus address', 'is one'];
    return `${numbered(index)}${mapFunction(api)} gave ${initiator} DMA address ${hex(address)} for ${place(memory)}, which ${is}, but ${must}`;
  },
  'segment-beyond-mask': ({index, memory, api, address, bits}, initiator) =>
    `${numbered(index)}${mapFunction(api)} gave ${initiator} DMA address ${hex(address)} for ${place(memory)}, which exceeds its ${bits}-bit DMA mask`,
  'segment-address-wrong': ({index, memory, api, address, expected}, initiator) =>
    `${numbered(index)}${mapFunction(api)} gave ${initiator} DMA address ${hex(address)} for ${place(memory)}, which is at ${hex(expected)}`,
  'refusal-correct': ({api, error, why}, initiator) =>
    `${mapFunction(api)} for ${initiator} returned ${mapError(api, error)}, as expected: ${whyText(why)}`,
  'refusal-wrong-error': ({api, error, expected, why}, initiator) =>
    `${mapFunction(api)} for ${initiator} returned ${mapError(api, error)}; expected ${errors(api, expected)}: ${whyText(why)}`,
  'refusal-missing': ({api, address, expected, why}, initiator) =>
    `${mapFunction(api)} for ${initiator} returned ${address === undefined ? 'success' : `DMA address ${hex(address)}`}; expected ${errors(api, expected)}: ${whyText(why)}`,
  'map-matches': ({pairs}) => `${counted(pairs, 'client/provider pair')} as predicted`,
  'map-pair-missing': ({provider}, client) => `the guest reported nothing for ${client} and ${provider}`,
  'map-result-missing': ({provider, api}, client) =>
    `the guest reported no result of ${mapFunction(api)} for ${client} and ${provider}`,
  'distance-differs': ({provider, distance, expected, why}, client) =>
    `pci_p2pdma_distance() from ${client} to ${provider}: expected ${expected}, observed ${distance ?? 'nothing'}: ${why}`,
  'probe-placement-correct': ({addresses}) => `CPU reads find the memory at ${list(addresses)}, as reported`,
  'probe-placement-wrong': ({observed, reported}) =>
    `CPU reads find the memory at ${list(observed)}, but the guest reported ${list(reported)}`,
  'map-placement-correct': ({providers}) =>
    `CPU reads find the memory of ${counted(providers, 'provider')} at the reported addresses`,
  'map-placement-wrong': ({observed, reported}, provider) =>
    `CPU reads find the memory of ${provider} at ${list(observed === undefined ? [] : [observed])}, but the guest reported ${list(reported === undefined ? [] : [reported])}`,
  'probe-error-correct': ({error}) => `the probe failed with ${error}, as expected`,
  'probe-error-differs': ({observed, expected}) => {
    const came =
      typeof observed === 'object'
        ? `failed with ${observed.error}`
        : observed === 'mapped'
          ? 'was answered'
          : 'was not answered';
    return `the probe ${came}; expected ${expected ?? 'an answer of the kernel'}`;
  },
};

export const countSentences: Sentences<keyof typeof countFindings> = {
  'count-unit-correct': ({map, unmap}) => `calibration: counted ${map} + ${unmap} instructions, as expected`,
  'count-unit-wrong': ({map, unmap, expected}) =>
    `calibration: expected ${expected.map} + ${expected.unmap} instructions, ${map === undefined ? 'but the guest reported none' : `counted ${map} + ${unmap ?? 0}`}`,
  'count-repeats': () => 'all rounds executed the same number of instructions',
  'count-varies': ({differing, rounds}, operation) =>
    `${differing} of ${rounds} rounds of ${operation} executed a different number of instructions than the first`,
  'count-clock-agrees': ({counts}) =>
    `QEMU's clock advanced by 1 ns per counted instruction: ${counts.map(({operation, map, unmap}) => `${operation} ${map} + ${unmap}`).join(', ')}`,
  'count-unreported': (_, operation) => `the guest reported no instruction count for ${operation}`,
  'count-clock-untraced': ({map, unmap}, operation) =>
    `the guest counted ${map} + ${unmap} instructions for ${operation}, but QEMU did not trace two clock readings around them`,
  'count-clock-differs': ({map, unmap, nanoseconds}, operation) =>
    `the guest counted ${map} + ${unmap} instructions for ${operation}, but QEMU's clock advanced by ${nanoseconds.toFixed(1)} ns; is -icount enabled?`,
};

function numbered(index: number | undefined): string {
  return index === undefined ? '' : `segment ${index}: `;
}

function errors(api: string, expected: readonly string[]): string {
  return expected.map((error) => mapError(api, error)).join(' or ');
}

/** The first of several addresses. */
function list(addresses: readonly number[]): string {
  if (addresses.length === 0) return 'no address';
  return [...addresses.slice(0, 4).map(hex), ...(addresses.length > 4 ? ['…'] : [])].join(', ');
}
