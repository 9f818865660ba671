// SPDX-License-Identifier: MIT
import path from 'node:path';
import {tracedEvents} from '../evidence/trace.ts';
import {bootArguments} from '../guest/boot-arguments.ts';
import {bootPlan} from '../scenario/boot-plan.ts';
import type {Run} from '../scenario/run.ts';
import {shellWords} from '../guest/shell-words.ts';
import {controlArguments} from '../topology/control.ts';

/**
 * A script that repeats a run with QEMU alone: the same machine, kernel, image and disks, and the same
 * commands, which the guest runs by itself. With TRACE=0 in its environment QEMU traces nothing.
 */
export function reproduceScript(run: Run): string {
  const {folder} = run.files;
  const plan = bootPlan(run);
  const channels = {qmp: undefined, console: 'stdio', port: 'null', trace: `${folder}/trace.log`};
  const machine = bootArguments({...plan, kernel: `${folder}/kernel`, initrd: `${folder}/initrd`});
  const words = [plan.qemu.path, ...machine, ...controlArguments(channels)].map((word) =>
    relocate(word, folder),
  );
  const disks = Object.keys(run.disks.files);
  return `#!/bin/sh
# SPDX-License-Identifier: MIT
# Repeats this run with QEMU alone: ./reproduce.sh [FOLDER]; what comes of it lies in FOLDER.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
work=\${1:-$(mktemp -d)}
mkdir -p "$work/disks"
cat "$here/initrd.cpio" "$here/replay.cpio" >"$work/initrd"
${disks.map((id) => `cp --sparse=always "$here/inputs/${id}.img" "$work/disks/${id}.img"`).join('\n')}
ln -sf "$here/kernel" "$work/kernel"
set -- ${lines(words).join(' \\\n  ')}
if [ "\${TRACE:-1}" != 0 ]; then
  for event in ${tracedEvents.join(' ')}; do set -- "$@" -trace "$event"; done
fi
"$@" </dev/null
echo "disks and trace: $work"
`;
}

/** An option and its value stand on one line. */
function lines(words: readonly string[]): readonly string[] {
  return words.reduce<readonly string[]>((found, word) => {
    const last = found.at(-1);
    const joins = last !== undefined && /^-[a-z]+$/i.test(last) && !word.startsWith('-');
    return joins ? [...found.slice(0, -1), `${last} ${word}`] : [...found, word];
  }, []);
}

/** A word of the command line, quoted, with the bundle's folder replaced by the script's own. */
function relocate(word: string, folder: string): string {
  if (!word.includes(folder)) return shellWords([word]);
  const parts = word.split(folder).map((part) => part.replace(/[\\"$\`]/g, '\\$&'));
  return `"${parts.join('$work')}"`;
}

/** Where a bundle's script lies. */
export function reproducePath(folder: string): string {
  return path.join(folder, 'reproduce.sh');
}
