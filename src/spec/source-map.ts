// SPDX-License-Identifier: MIT
import {type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node} from 'yaml';
import type {Location} from '../base/errors.ts';

/** Keys and indexes from the root of a file's value to a part of it. */
export type Path = readonly (string | number)[];

/** What to point at: the value itself, or the key that it stands under. */
export type Part = 'key' | 'value';

/** Where the parts of a YAML document stand in its file. */
export class SourceMap {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** @param file the name to show */
  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  /** Where the part with this path stands; for one that is missing, the nearest that it would belong to. */
  at(path: Path, part: Part = 'value'): Location {
    let value: Node | null = this.#resolved(this.#document.contents);
    let place = value;
    for (const [index, segment] of path.entries()) {
      const step = this.#step(value, segment);
      if (step === undefined) break;
      const last = index === path.length - 1;
      place = (last && part === 'value' ? (step.value ?? step.key) : (step.key ?? step.value)) ?? place;
      value = this.#resolved(step.value);
    }
    return this.atOffset(place?.range?.[0] ?? 0);
  }

  /** Where the character at this offset stands. */
  atOffset(offset: number): Location {
    const {line, col} = this.#lines.linePos(offset);
    return {file: this.#file, line: Math.max(1, line), column: Math.max(1, col)};
  }

  #step(node: Node | null, segment: string | number): {key: Node | null; value: Node | null} | undefined {
    if (isMap<Node, Node | null>(node)) {
      const pair = node.items.find(({key}) => isScalar(key) && String(key.value) === String(segment));
      return pair && {key: pair.key, value: pair.value};
    }
    if (isSeq<Node>(node)) {
      const value = node.items[Number(segment)];
      return value && {key: null, value};
    }
    return undefined;
  }

  #resolved(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#document) ?? null) : node;
  }
}
