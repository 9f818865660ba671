// SPDX-License-Identifier: MIT
import path from 'node:path';
import {eventsOf} from '../evidence/traced-events.ts';
import {bootArguments} from '../guest/boot-arguments.ts';
import {bootPlan, runFiles} from '../scenario/boot-plan.ts';
import type {Run} from '../scenario/run-inputs.ts';
import {shellWords} from '../guest/shell-words.ts';
import {controlArguments} from '../topology/control.ts';

/**
 * A script that repeats a run with QEMU alone: the same machine, kernel, image and disks, and the same
 * commands, which the guest runs by itself. With TRACE=0 in its environment QEMU traces nothing. QEMU runs in
 * the new folder, so that no path of a user's has to pass through QEMU's options.
 */
export function reproduceScript(run: Run): string {
  const {topology} = run.plan;
  const names = Object.keys(run.disks.files);
  const disks = {files: Object.fromEntries(names.map((id) => [id, `disks/${id}.img`]))};
  const plan = bootPlan({...run, files: runFiles('.', topology), disks});
  const channels = {qmp: undefined, console: 'stdio', port: 'null', trace: 'trace.log'};
  const machine = bootArguments({
    ...plan,
    kernel: 'kernel',
    initrd: 'initrd',
    ...(plan.deviceTree !== undefined && {deviceTree: 'machine.dtb'}),
  });
  const words = [path.resolve(plan.qemu.path), ...machine, ...controlArguments(topology.platform, channels)];
  return `#!/bin/sh
# SPDX-License-Identifier: MIT
# Repeats this run with QEMU alone: ./reproduce.sh [FOLDER]; what comes of it lies in FOLDER.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
work=\${1:-$(mktemp -d)}
mkdir -p -- "$work/disks"
CDPATH= cd -- "$work"
cat "$here/initrd.cpio" "$here/replay.cpio" >initrd
${names.map((id) => `cp --sparse=always "$here/inputs/${id}.img" disks/${id}.img`).join('\n')}
ln -sf "$here/kernel" kernel
${plan.deviceTree === undefined ? '' : 'ln -sf "$here/machine.dtb" machine.dtb\n'}set -- ${lines(words.map((word) => shellWords([word]))).join(' \\\n  ')}
if [ "\${TRACE:-1}" != 0 ]; then
  for event in ${eventsOf(topology.iommu?.type, topology.routed).join(' ')}; do set -- "$@" -trace "$event"; done
fi
"$@" </dev/null
echo "disks and trace: $PWD"
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
