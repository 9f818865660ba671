// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import {hex} from '../base/hex.ts';
import {type AddressMap, locate} from '../evidence/address-map.ts';
import type {Api} from '../spec/api.ts';
import {hostAddress, mapping} from '../topology/maptype.ts';
import type {Topology} from '../topology/model.ts';
import {busAddressOf} from '../topology/windows.ts';
import type {Check} from './check.ts';
import {apiErrors, beyondMask, reasonToRefuse, type Refused} from './refusal.ts';

/** Memory that the API was called with: where it lies physically. */
export interface Piece {
  readonly address: number;
  readonly bytes: number;
  readonly peer: boolean;
}

/** What a device would be given. */
export interface Mapping {
  readonly address: number;
  readonly bytes: number;
  /** Whether a list marks it as a bus address. */
  readonly bus: boolean;
}

/** What the kernel answered, as the guest says. */
export interface Answer {
  /** The symbol of an errno: `EREMOTEIO` of a list, `EIO` for a DMA_MAPPING_ERROR. */
  readonly refusal: string | null;
  readonly pieces: readonly Piece[];
  readonly mappings: readonly Mapping[];
}

/** What was asked for. */
export interface Question {
  readonly initiator: string;
  readonly api: Api;
  /** The width of the initiator's DMA mask. */
  readonly maskBits: number;
  readonly segments: readonly Segment[];
}

export interface Segment {
  /** A provider's id or `host-memory`. */
  readonly memory: string;
  readonly length: number;
}

/** Where it was asked. */
export interface World {
  readonly topology: Topology;
  readonly map: AddressMap;
}

/**
 * Compares what a device would be given, segment by segment, with what it must be given by our own model of
 * the tree: the address that reaches the memory where the path is allowed, and nothing at all where the path
 * of any segment is not.
 */
export function checkAnswer(world: World, question: Question, answer: Answer): readonly Check[] {
  const parts = partsOf(question.segments, answer.pieces);
  if (typeof parts === 'string') return [{name: 'segments', ok: false, witness: 'guest', detail: parts}];
  const reasons = parts
    .map((part) => refusedPart(world, question, part))
    .filter((reason) => reason !== undefined);
  if (reasons.length > 0) return [checkRefusal(question, answer, reasons)];
  if (answer.refusal !== null) {
    const detail = `the kernel refused with ${answer.refusal}, but every segment can be reached: ${whyOf(world, question)}`;
    return [{name: 'mapping', ok: false, witness: 'guest', detail}];
  }
  let at = 0;
  return parts.map((part, index): Check => {
    const from = at;
    at += part.segment.length;
    const wrong = firstWrong(world, question, answer.mappings, part, from);
    const {memory, length} = part.segment;
    const detail = wrong ?? `${length} bytes of ${memory}: ${question.initiator} would be sent to them.`;
    return {name: `segment ${index + 1}`, ok: wrong === undefined, witness: 'guest', detail};
  });
}

/** A segment, and the pieces that it became. */
interface Part {
  readonly segment: Segment;
  readonly pieces: readonly Piece[];
}

/** A piece belongs to one segment. */
function partsOf(segments: readonly Segment[], pieces: readonly Piece[]): readonly Part[] | string {
  const left = [...pieces];
  const parts: Part[] = [];
  for (const segment of segments) {
    const own: Piece[] = [];
    let missing = segment.length;
    while (missing > 0) {
      const piece = left.shift();
      if (piece === undefined || piece.bytes > missing) {
        return `the pieces do not add up to the ${segment.length} bytes of ${segment.memory}.`;
      }
      missing -= piece.bytes;
      own.push(piece);
    }
    parts.push({segment, pieces: own});
  }
  return left.length === 0 ? parts : 'there are more pieces than segments.';
}

/** Why the initiator must not be given an address for a segment; undefined if it must be given one. */
function refusedPart({topology, map}: World, question: Question, part: Part): Refused | undefined {
  const {memory} = part.segment;
  if (memory === hostMemory) return undefined;
  for (const {address, bytes} of part.pieces) {
    const bus = busAddressOf(topology.windows, address) ?? NaN;
    const [first, second] = locate(map, bus, bytes);
    const whole = first?.target.kind === 'bar' && first.target.device === memory && second === undefined;
    if (!whole) return {rule: 'bar', why: `Not all of it lies in a BAR of ${memory}.`};
  }
  const {initiator} = question;
  const refused = reasonToRefuse(topology, {initiator, target: memory}, undefined);
  if (refused !== undefined || memory === initiator) return refused;
  // By the mask of this question, and where these bytes lie; an IOVA is chosen to fit.
  if (mapping(topology, {provider: memory, client: initiator}).address === 'iova') return undefined;
  const beyond = part.pieces
    .map(({address, bytes}) => ({bytes, bus: busAddressOf(topology.windows, address) ?? NaN}))
    .find(({bus, bytes}) => bus + bytes > 2 ** question.maskBits);
  return beyond && {rule: 'mask', why: beyondMask(beyond.bus, question.maskBits, initiator)};
}

/** Where several rules forbid it, any of them may be the one that it is refused by. */
function checkRefusal({api}: Question, {refusal, mappings}: Answer, reasons: readonly Refused[]): Check {
  const [first] = mappings;
  const why = reasons[0]?.why ?? '';
  const errors = [...new Set(reasons.flatMap(({rule}) => apiErrors(rule, api)))];
  const ok = refusal !== null && errors.includes(refusal);
  const given = first === undefined ? '' : `${hex(first.address)} was given out: `;
  return {
    name: 'refusal',
    ok,
    witness: 'guest',
    detail:
      refusal === null
        ? `${given}${functions[api]} had to refuse. ${why}`
        : `${functions[api]} refused with ${refusal}${ok ? ', as it must' : `; it had to refuse with ${errors.join(' or ')}`}. ${why}`,
  };
}

const functions: Readonly<Record<Api, string>> = {
  sg: 'dma_map_sgtable',
  page: 'dma_map_page',
  resource: 'dma_map_resource',
};

/** What is wrong with the addresses for one segment, whose bytes are the ones `from` a place in the list. */
function firstWrong(
  world: World,
  question: Question,
  mappings: readonly Mapping[],
  {segment, pieces}: Part,
  from: number,
): string | undefined {
  let at = from;
  for (const piece of pieces) {
    for (let done = 0; done < piece.bytes; ) {
      const found = mappingAt(mappings, at + done);
      if (found === undefined)
        return `no address was given for byte ${at + done - from} of ${segment.memory}.`;
      const {mapping: given, skipped} = found;
      const wrong = wrongAddress(world, question, segment, {
        physical: piece.address + done,
        given: given.address + skipped,
        bus: given.bus,
      });
      if (wrong !== undefined) return wrong;
      done += Math.min(given.bytes - skipped, piece.bytes - done);
    }
    at += piece.bytes;
  }
  return undefined;
}

/** The mapping with the byte at this place of the list, and how many bytes of it come before. */
function mappingAt(
  mappings: readonly Mapping[],
  place: number,
): {readonly mapping: Mapping; readonly skipped: number} | undefined {
  let at = 0;
  for (const found of mappings) {
    if (place < at + found.bytes) return {mapping: found, skipped: place - at};
    at += found.bytes;
  }
  return undefined;
}

interface Given {
  readonly physical: number;
  readonly given: number;
  readonly bus: boolean;
}

function wrongAddress(
  {topology, map}: World,
  {initiator, api, maskBits}: Question,
  {memory}: Segment,
  {physical, given, bus}: Given,
): string | undefined {
  const isHost = memory === hostMemory;
  const wanted = isHost
    ? hostAddress(topology)
    : mapping(topology, {provider: memory, client: initiator}).address;
  const marked = api === 'sg' && wanted === 'bus';
  if (bus !== marked) {
    return `${hex(given)} for ${memory} is ${bus ? '' : 'not '}marked as a bus address, but it is ${marked ? 'one' : 'none'}.`;
  }
  if (given >= 2 ** maskBits) return beyondMask(given, maskBits, initiator);
  // An IOVA is any: where it leads shows when it is used.
  const due = busAddressOf(topology.windows, physical);
  if (wanted === 'iova' || given === due) return undefined;
  const [target] = locate(map, given, 1);
  const bounced = isHost && target?.target.kind === 'host-memory';
  return bounced
    ? undefined
    : `${initiator} would be sent to ${hex(given)}, but ${memory} is at ${hex(due ?? physical)}.`;
}

function whyOf({topology}: World, {initiator, segments}: Question): string {
  const peers = [...new Set(segments.map(({memory}) => memory))].filter((id) => id !== hostMemory);
  if (peers.length === 0) return 'it is host memory.';
  return peers.map((provider) => mapping(topology, {provider, client: initiator}).reason).join(' ');
}
