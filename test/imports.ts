// SPDX-License-Identifier: MIT
import path from 'node:path';
import ts from 'typescript';

/** The files of src/, by their path below it, with their text. */
export type Sources = ReadonlyMap<string, string>;

/** Returns the files that each file imports, types included, by import, import(), typeof import() and require(). */
export function importsOf(sources: Sources): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...sources].map(([file, text]) => {
      const names = [
        ...ts.preProcessFile(text, true, true).importedFiles.map(({fileName}) => fileName),
        // preProcessFile() does not look for import types everywhere.
        ...[...text.matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, name = '']) => name),
      ];
      const relative = [...new Set(names)].filter((name) => name.startsWith('.'));
      return [file, relative.map((name) => path.posix.join(path.posix.dirname(file), name))];
    }),
  );
}

/** Returns a line for each import that `rooms` does not allow, and for each directory that is none of its rooms. */
export function forbiddenImports(
  sources: Sources,
  rooms: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const roomOf = (file: string): string => file.split('/', 1)[0] ?? '';
  const used = [...new Set([...sources.keys()].filter((file) => file.includes('/')).map(roomOf))];
  const imports = [...importsOf(sources)].flatMap(([file, targets]) =>
    targets
      .filter(
        (target) =>
          roomOf(target) !== roomOf(file) && rooms[roomOf(file)]?.includes(roomOf(target)) === false,
      )
      .map(
        (target) =>
          `${file} imports ${target}: add ${roomOf(target)} to ${roomOf(file)} in src/rooms.js, or do without`,
      ),
  );
  return [
    ...used.filter((room) => !(room in rooms)).map((room) => `${room} is missing in src/rooms.js`),
    ...imports,
  ];
}

/** Returns the import cycles, each as its files in the order of the imports. */
export function importCycles(sources: Sources): readonly (readonly string[])[] {
  const imports = importsOf(sources);
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (file: string, above: readonly string[]): void => {
    const index = above.indexOf(file);
    if (index !== -1) cycles.push(above.slice(index));
    if (done.has(file) || index !== -1) return;
    for (const target of imports.get(file) ?? []) visit(target, [...above, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return cycles;
}
