// SPDX-License-Identifier: MIT
import {checkTitle} from '../../src/verdict/render.ts';
import test from 'ava';
import type {AddressMap} from '../../src/evidence/address-map.ts';
import {type Answer, checkAnswer, type Question} from '../../src/verdict/reach.ts';
import {checkMapMatrix, type MapMatrix} from '../../src/verdict/map-matrix.ts';
import {plan} from '../topology/arbitrary.ts';

const devices = {
  rp0: {type: 'root-port'},
  rp1: {type: 'root-port'},
  sw0: {type: 'switch', on: 'rp0'},
  src: {type: 'nvme', on: 'sw0', disk: '1MiB'},
  near: {type: 'nvme', on: 'sw0', cmb: '2MiB'},
  far: {type: 'nvme', on: 'rp1', cmb: '2MiB'},
};
const topology = plan({description: 'two root ports', devices});
const trusted = plan({description: 'the same', cpu: 'EPYC', devices});
const map: AddressMap = {
  bars: [
    {device: 'near', bar: 2, start: 0xfb00_0000, size: 0x20_0000},
    {device: 'far', bar: 2, start: 0xfb80_0000, size: 0x20_0000},
  ],
  memory: [{start: 0x10_0000, size: 0x1ff0_0000}],
};

function question(more: Partial<Question> = {}): Question {
  return {
    initiator: 'src',
    api: 'sg',
    maskBits: 64,
    segments: [
      {memory: 'near', length: 0x2000},
      {memory: 'host-memory', length: 0x1000},
    ],
    ...more,
  };
}

const right: Answer = {
  refusal: null,
  pieces: [
    {address: 0xfb01_0000, bytes: 0x2000, peer: true},
    {address: 0x123_4000, bytes: 0x1000, peer: false},
  ],
  mappings: [
    {address: 0xfb01_0000, bytes: 0x2000, bus: true},
    {address: 0x123_4000, bytes: 0x1000, bus: false},
  ],
};

/** The details of what is wrong. */
function wrong(answer: Answer, asked = question(), tree = topology): readonly string[] {
  const checks = checkAnswer({topology: tree, map}, asked, answer);
  return checks.filter(({ok}) => !ok).map(({detail}) => detail);
}

test('a peer below the switch by its bus address, host memory by its own', (t) => {
  t.deepEqual(
    checkAnswer({topology, map}, question(), right).map((check) => [checkTitle(check), check.ok]),
    [
      ['segment 1', true],
      ['segment 2', true],
    ],
  );
});

test('a segment may come in pieces, and pieces may become one address', (t) => {
  const cut: Answer = {
    ...right,
    pieces: [
      {address: 0xfb01_0000, bytes: 0x1000, peer: true},
      {address: 0xfb01_1000, bytes: 0x1000, peer: true},
      {address: 0x123_4000, bytes: 0x1000, peer: false},
    ],
  };
  t.deepEqual(wrong(cut), []);
  const apart = [
    ...cut.pieces.slice(0, 1),
    {address: 0xfb05_0000, bytes: 0x1000, peer: true},
    ...cut.pieces.slice(2),
  ];
  t.regex(wrong({...cut, pieces: apart})[0] ?? '', /DMA address 0xfb011000 for near, which is at 0xfb050000/);
});

const mistakes: Readonly<Record<string, readonly [Partial<Answer>, RegExp]>> = {
  'the next page': [
    {mappings: [{address: 0xfb01_1000, bytes: 0x2000, bus: true}, ...right.mappings.slice(1)]},
    /DMA address 0xfb011000 for near, which is at 0xfb010000/,
  ],
  'a mark that is missing': [
    {mappings: [{address: 0xfb01_0000, bytes: 0x2000, bus: false}, ...right.mappings.slice(1)]},
    /not marked as a bus address, but is one/,
  ],
  'a mark on host memory': [
    {mappings: [...right.mappings.slice(0, 1), {address: 0x123_4000, bytes: 0x1000, bus: true}]},
    /marked as a bus address, but is not one/,
  ],
  'too few bytes': [{mappings: right.mappings.slice(0, 1)}, /no DMA address for offset 0x0 of host memory/],
  'host memory that is a peer': [
    {mappings: [...right.mappings.slice(0, 1), {address: 0xfb01_0000, bytes: 0x1000, bus: false}]},
    /DMA address 0xfb010000 for host memory, which is at 0x1234000/,
  ],
  'pieces that do not add up': [{pieces: right.pieces.slice(0, 1)}, /do not add up to the 4 KiB/],
  'memory of another than was asked for': [
    {pieces: [{address: 0xfb80_0000, bytes: 0x2000, peer: true}, ...right.pieces.slice(1)]},
    /not entirely within one BAR of near/,
  ],
  'a refusal of what is allowed': [
    {refusal: 'EREMOTEIO', mappings: []},
    /returned EREMOTEIO, but every segment can be reached/,
  ],
};

for (const [what, [answer, detail]] of Object.entries(mistakes)) {
  test(`a mistake that shows: ${what}`, (t) => {
    const [first = ''] = wrong({...right, ...answer});
    t.regex(first, detail);
  });
}

test('host memory may be bounced: any place in it will do', (t) => {
  const bounced = [...right.mappings.slice(0, 1), {address: 0x50_0000, bytes: 0x1000, bus: false}];
  t.deepEqual(wrong({...right, mappings: bounced}), []);
});

const far = [{memory: 'far', length: 0x1000}];
const farPieces = [{address: 0xfb80_0000, bytes: 0x1000, peer: true}];

test('beyond a host bridge that is not trusted nothing may be given, whatever the API', (t) => {
  const blind: Answer = {
    refusal: null,
    pieces: farPieces,
    mappings: [{address: 0xfb80_0000, bytes: 0x1000, bus: false}],
  };
  for (const api of ['sg', 'page', 'resource'] as const) {
    t.regex(
      wrong(blind, question({api, segments: far}))[0] ?? '',
      /returned DMA address 0xfb800000; expected/,
    );
    t.deepEqual(
      wrong(
        {...blind, refusal: api === 'sg' ? 'EREMOTEIO' : 'EIO', mappings: []},
        question({api, segments: far}),
      ),
      [],
    );
  }
  t.deepEqual(wrong(blind, question({segments: far}), trusted), []);
});

test('no other error than that of the rule is the refusal that must come', (t) => {
  const refused = (refusal: string): Answer => ({refusal, pieces: farPieces, mappings: []});
  for (const api of ['sg', 'page', 'resource'] as const) {
    const asked = question({api, segments: far});
    for (const error of ['ENOMEM', 'EINVAL', api === 'sg' ? 'EIO' : 'EREMOTEIO']) {
      t.regex(
        wrong(refused(error), asked)[0] ?? '',
        new RegExp(`returned ${error}; expected (E|DMA_MAPPING_ERROR)`),
      );
    }
  }
});

test('one segment that cannot be reached spoils the list', (t) => {
  const asked = question({segments: [...question().segments, ...far]});
  const answer: Answer = {
    ...right,
    pieces: [...right.pieces, ...farPieces],
    refusal: 'EREMOTEIO',
    mappings: [],
  };
  t.deepEqual(wrong(answer, asked), []);
});

test('what is longer than the BAR, and what has more bits than the device, must be refused', (t) => {
  const long = question({api: 'resource', segments: [{memory: 'near', length: 0x40_0000}]});
  const answer: Answer = {
    refusal: null,
    pieces: [{address: 0xfb00_0000, bytes: 0x40_0000, peer: true}],
    mappings: [{address: 0xfb00_0000, bytes: 0x40_0000, bus: false}],
  };
  t.regex(wrong(answer, long)[0] ?? '', /not entirely within one BAR of near/);
  t.regex(wrong(right, question({maskBits: 28}))[0] ?? '', /0xfb010000 exceeds the 28-bit DMA mask of src/);
});

const bdfOf = (id: string): string => topology.nodes.find((node) => node.id === id)?.bdf ?? '';

function mapMatrix(provider: string, physical: number, near: 'sg' | undefined): MapMatrix {
  return {
    provider: bdfOf(provider),
    physical,
    pairs: ['src', 'near', 'far'].map((client) => {
      const own = client === provider;
      const together = own || (client !== 'far' && provider !== 'far');
      return {
        client: bdfOf(client),
        distance: own ? 0 : together ? 4 : ('not-supported' as const),
        ...(near && {sg: together ? {address: physical, bus: true} : 'EREMOTEIO'}),
      };
    }),
  };
}

const asked = {providers: ['near', 'far'], clients: ['src', 'near', 'far'], apis: ['sg']} as const;

test('a map-matrix that is as the tree says', (t) => {
  const matrices = [mapMatrix('near', 0xfb01_0000, 'sg'), mapMatrix('far', 0xfb80_0000, 'sg')];
  t.deepEqual(
    checkMapMatrix({topology, map}, matrices, asked).map(({name, ok, detail}) => [name, ok, detail]),
    [
      ['distance', true, '6 client/provider pairs as predicted'],
      ['sg', true, '6 client/provider pairs as predicted'],
    ],
  );
});

test('a map-matrix that differs: by distance, by address, by what is missing', (t) => {
  const [first, second] = [mapMatrix('near', 0xfb01_0000, 'sg'), mapMatrix('far', 0xfb80_0000, 'sg')];
  const farther = first.pairs.map((pair) => (pair.distance === 4 ? {...pair, distance: 5} : pair));
  const details = (matrices: readonly MapMatrix[]): readonly string[] =>
    checkMapMatrix({topology, map}, matrices, asked)
      .filter(({ok}) => !ok)
      .map(({detail}) => detail);
  t.regex(details([{...first, pairs: farther}, second])[0] ?? '', /expected 4, observed 5/);
  t.regex(details([{...first, physical: 0xfb02_0000}, second])[0] ?? '', /dma_map_sgtable\(\) gave src/);
  t.regex(details([first])[0] ?? '', /reported nothing for src and far.* \(and 2 more\)/);
  t.regex(
    details([mapMatrix('near', 0xfb01_0000, undefined), second])[0] ?? '',
    /no result of dma_map_sgtable\(\)/,
  );
});
