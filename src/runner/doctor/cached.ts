// SPDX-License-Identifier: MIT
import {sumBytes} from '../../base/sum.ts';
import type {Context} from '../../base/context.ts';
import {labRoot} from '../../base/paths.ts';
import {listKernels as listStored} from '../../build/kernel-store.ts';
import {listKernels} from '../../spec/catalog.ts';
import {roundBytes} from '../../base/bytes.ts';
import {keyIfKnown, unpackedSources} from '../../build/unpacked-sources.ts';
import {selectKernel} from '../select-kernel.ts';
import type {Finding} from './finding.ts';

/** What is there already of sources and kernels: without it the first run is slow, no more. */
export async function cacheFindings(context: Context): Promise<readonly Finding[]> {
  return [sources(), await kernels(context)];
}

function sources(): Finding {
  const names = unpackedSources();
  if (names.length > 0) return {name: 'sources', state: 'ok', detail: names.join(', ')};
  const cost = 'the first build downloads 150 MiB and unpacks 2 GiB';
  return {name: 'sources', state: 'note', detail: 'none is unpacked', cost, mend: 'p2plab kernel build'};
}

async function kernels(context: Context): Promise<Finding> {
  const stored = await listStored();
  const named = await Promise.all(
    listKernels(labRoot).map(async ({name}) => ({
      name,
      key: await keyIfKnown({...selectKernel(name), arch: 'x86_64'}, context),
    })),
  );
  const isBuilt = (key: string | undefined): boolean => stored.some((kernel) => kernel.key === key);
  const missing = named.filter(({key}) => !isBuilt(key)).map(({name}) => name);
  const bytes = sumBytes(stored);
  const detail = `${stored.length} built, ${roundBytes(bytes)}`;
  if (missing.length === 0) return {name: 'kernels', state: 'ok', detail};
  return {
    name: 'kernels',
    state: 'note',
    detail: `${detail}; not built: ${missing.join(', ')}`,
    cost: 'their first run compiles them: about 7 minutes on 2 processors',
    mend: `p2plab kernel build ${missing.join(' ')}`,
  };
}
