// SPDX-License-Identifier: MIT

/** As much of a terminal as live lines use: text, newline, carriage return, cursor up, erase below. */
export class Screen {
  readonly columns: number;
  readonly rows: number;
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** What is to be seen, without what is empty at the end. */
  get text(): string {
    return this.#lines.join('\n').trimEnd();
  }

  write(text: string): void {
    for (const [token] of text.matchAll(/\u001B\[\d*[A-Za-z]|\u001B\[\d+m|[^\u001B]/gsu)) this.#put(token);
  }

  #put(token: string): void {
    const up = /^\u001B\[(\d+)A$/.exec(token)?.[1];
    if (up !== undefined) this.#row -= Number(up);
    else if (token === '\u001B[J') {
      this.#lines.length = this.#row + 1;
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
    } else if (token === '\n') this.#move();
    else if (token === '\r') this.#column = 0;
    else if (token.startsWith('\u001B')) return;
    else {
      // Beyond the last column a terminal goes on in the next line.
      if (this.#column === this.columns) this.#move();
      const line = this.#lines[this.#row] ?? '';
      this.#lines[this.#row] =
        line.slice(0, this.#column).padEnd(this.#column) + token + line.slice(this.#column + 1);
      this.#column++;
    }
  }

  #move(): void {
    this.#row++;
    this.#column = 0;
    this.#lines[this.#row] ??= '';
  }
}
