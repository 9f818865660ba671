// SPDX-License-Identifier: MIT
import {hostMemory} from '../base/targets.ts';
import {type AddressMap, locate} from '../evidence/address-map.ts';
import type {Api} from '../spec/api.ts';
import {hostAddress, mapping} from '../topology/maptype.ts';
import type {Topology} from '../topology/model.ts';
import {busAddressOf} from '../topology/bridge-windows.ts';
import {check, type Check} from './check.ts';
import type {Finding, ParametersOf, Why} from './finding.ts';
import {apiErrors, reasonToRefuse, type Refused} from './refusal.ts';

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
  if ('code' in parts) return [check('segments', false, 'guest', parts)];
  const reasons = parts
    .map((part) => refusedPart(world, question, part))
    .filter((reason) => reason !== undefined);
  const [reason, ...others] = reasons;
  if (reason !== undefined) return [checkRefusal(question, answer, [reason, ...others])];
  if (answer.refusal !== null) {
    const {initiator: subject, api} = question;
    const parameters = {api, error: answer.refusal, why: whyOf(world, question)};
    return [check('mapping', false, 'guest', {code: 'mapping-refused', subject, parameters})];
  }
  let at = 0;
  return parts.map((part, index): Check => {
    const from = at;
    at += part.segment.length;
    const {memory, length} = part.segment;
    const {initiator: subject, api} = question;
    const about = {memory, api, ...(parts.length > 1 && {index: index + 1})};
    const wrong = firstWrong(world, question, answer.mappings, part, {from, about});
    const correct = {code: 'segment-correct', subject, parameters: {...about, length}} as const;
    return check('segment', wrong === undefined, 'guest', wrong ?? correct);
  });
}

/** A segment, and the pieces that it became. */
interface Part {
  readonly segment: Segment;
  readonly pieces: readonly Piece[];
}

/** A piece belongs to one segment. */
function partsOf(segments: readonly Segment[], pieces: readonly Piece[]): readonly Part[] | Finding {
  const left = [...pieces];
  const parts: Part[] = [];
  for (const segment of segments) {
    const own: Piece[] = [];
    let missing = segment.length;
    while (missing > 0) {
      const piece = left.shift();
      if (piece === undefined || piece.bytes > missing) {
        const {memory, length} = segment;
        return {code: 'pieces-short', parameters: {memory, length}};
      }
      missing -= piece.bytes;
      own.push(piece);
    }
    parts.push({segment, pieces: own});
  }
  return left.length === 0 ? parts : {code: 'pieces-excess', parameters: {}};
}

/** Why the initiator must not be given an address for a segment; undefined if it must be given one. */
function refusedPart({topology, map}: World, question: Question, part: Part): Refused | undefined {
  const {memory} = part.segment;
  if (memory === hostMemory) return undefined;
  for (const {address, bytes} of part.pieces) {
    const bus = busAddressOf(topology.windows, address) ?? NaN;
    const [first, second] = locate(map, bus, bytes);
    const whole = first?.target.kind === 'bar' && first.target.device === memory && second === undefined;
    if (!whole) return {rule: 'bar', why: {rule: 'bar', provider: memory}};
  }
  const {initiator} = question;
  const refused = reasonToRefuse(topology, {initiator, target: memory}, undefined);
  if (refused !== undefined || memory === initiator) return refused;
  // By the mask of this question, and where these bytes lie; an IOVA is chosen to fit.
  if (mapping(topology, {provider: memory, client: initiator}).address === 'iova') return undefined;
  const beyond = part.pieces
    .map(({address, bytes}) => ({bytes, bus: busAddressOf(topology.windows, address) ?? NaN}))
    .find(({bus, bytes}) => bus + bytes > 2 ** question.maskBits);
  const bits = question.maskBits;
  return beyond && {rule: 'mask', why: {rule: 'mask', address: beyond.bus, bits, initiator}};
}

/** Where several rules forbid it, any of them may be the one that it is refused by. */
function checkRefusal(
  {api, initiator: subject}: Question,
  {refusal, mappings}: Answer,
  reasons: readonly [Refused, ...Refused[]],
): Check {
  const [first] = mappings;
  const [{why}] = reasons;
  const expected = [...new Set(reasons.flatMap(({rule}) => apiErrors(rule, api)))];
  if (refusal === null) {
    const parameters = {api, ...(first !== undefined && {address: first.address}), expected, why};
    return check('refusal', false, 'guest', {code: 'refusal-missing', subject, parameters});
  }
  const error = refusal;
  return expected.includes(error)
    ? check('refusal', true, 'guest', {code: 'refusal-correct', subject, parameters: {api, error, why}})
    : check('refusal', false, 'guest', {
        code: 'refusal-wrong-error',
        subject,
        parameters: {api, error, expected, why},
      });
}

/** What is wrong with the addresses for one segment, whose bytes are the ones `from` a place in the list. */
function firstWrong(
  world: World,
  question: Question,
  mappings: readonly Mapping[],
  {pieces}: Part,
  {from, about}: {readonly from: number; readonly about: About},
): Finding | undefined {
  let at = from;
  for (const piece of pieces) {
    for (let done = 0; done < piece.bytes; ) {
      const found = mappingAt(mappings, at + done);
      if (found === undefined) {
        const parameters = {...about, offset: at + done - from};
        return {code: 'segment-unmapped', subject: question.initiator, parameters};
      }
      const {mapping: given, skipped} = found;
      const wrong = wrongAddress(world, question, about, {
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

/** What a finding says of the segment that it is about. */
type About = Pick<ParametersOf<'segment-correct'>, 'index' | 'memory' | 'api'>;

interface Given {
  readonly physical: number;
  readonly given: number;
  readonly bus: boolean;
}

function wrongAddress(
  {topology, map}: World,
  {initiator, api, maskBits}: Question,
  about: About,
  {physical, given, bus}: Given,
): Finding | undefined {
  const {memory} = about;
  const at = {...about, address: given};
  const isHost = memory === hostMemory;
  const wanted = isHost
    ? hostAddress(topology)
    : mapping(topology, {provider: memory, client: initiator}).address;
  const marked = api === 'sg' && wanted === 'bus';
  if (bus !== marked) {
    return {code: 'segment-mark-wrong', subject: initiator, parameters: {...at, marked: bus}};
  }
  if (given >= 2 ** maskBits) {
    return {code: 'segment-beyond-mask', subject: initiator, parameters: {...at, bits: maskBits}};
  }
  // An IOVA is any: where it leads shows when it is used.
  const due = busAddressOf(topology.windows, physical);
  if (wanted === 'iova' || given === due) return undefined;
  const [target] = locate(map, given, 1);
  const bounced = isHost && target?.target.kind === hostMemory;
  return bounced
    ? undefined
    : {code: 'segment-address-wrong', subject: initiator, parameters: {...at, expected: due ?? physical}};
}

function whyOf({topology}: World, {initiator, segments}: Question): readonly Why[] {
  const peers = [...new Set(segments.map(({memory}) => memory))].filter((id) => id !== hostMemory);
  if (peers.length === 0) return [{rule: hostMemory}];
  return peers.map((provider) => {
    return {rule: 'path', text: mapping(topology, {provider, client: initiator}).reason};
  });
}
