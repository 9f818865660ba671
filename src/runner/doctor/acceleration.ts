// SPDX-License-Identifier: MIT
import {accessSync, constants, existsSync} from 'node:fs';
import type {Context} from '../../base/context.ts';
import {listKernels as listStored} from '../../build/kernel-store.ts';
import {findCommand} from '../../guest/qemu-binary.ts';
import {prepareMachine} from '../../scenario/machine.ts';
import {keyIfKnown} from '../../build/unpacked-sources.ts';
import {selectKernel} from '../select-kernel.ts';
import type {Finding} from './finding.ts';

const name = 'acceleration';

/** How guests are run here. With a kernel that is built it is tried; nothing is compiled for it. */
export async function accelerationFinding(
  qemu: string | undefined,
  context: Context,
): Promise<readonly Finding[]> {
  const device = kvmDevice();
  const plan = {...selectKernel('baseline'), arch: 'x86_64' as const};
  const key = await keyIfKnown(plan, context);
  const built = key !== undefined && (await listStored()).some((kernel) => kernel.key === key);
  if (!built || (qemu ?? findCommand('qemu-system-x86_64')) === undefined) {
    return [{...device, detail: `${device.detail}; what is faster is tried once a kernel is built`}];
  }
  const {acceleration} = await prepareMachine(plan, qemu, context);
  const detail = `${acceleration.name}: ${acceleration.why}`;
  if (acceleration.name === 'kvm') return [{name, state: 'ok', detail}];
  const {mend} = device;
  return [{name, state: 'note', detail, cost, ...(mend === undefined ? {} : {mend})}];
}

const cost = 'guests run in emulation: a scenario takes seconds instead of one';

function kvmDevice(): Finding {
  if (!existsSync('/dev/kvm')) return {name, state: 'note', detail: 'there is no /dev/kvm', cost};
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return {name, state: 'ok', detail: '/dev/kvm is there'};
  } catch {
    return {
      name,
      state: 'note',
      detail: '/dev/kvm may not be used',
      cost,
      mend: 'adduser $USER kvm, then log in anew',
    };
  }
}
