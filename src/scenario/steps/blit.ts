// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {OptionsOf} from '../../spec/steps/registry.ts';
import {nodeOf} from '../../topology/model.ts';
import {check} from '../../verdict/check.ts';
import type {DataVerb} from '../stage.ts';

type Blit = OptionsOf<'blit'>;

/** NVMe -> VRAM of a display; the display's own output is the evidence. */
export const blit: DataVerb<Blit> = {
  command: ({from, to, width, height}, topology) => [
    ...['p2p', 'copy', '--from', nodeOf(topology, from).bdf, '--through', nodeOf(topology, to).bdf],
    ...['--bytes', String(width * height * 4), '--no-readback'],
  ],
  transfers: ({from, to, width, height}) => [
    {initiator: from, direction: 'write', target: to, bytes: width * height * 4, api: 'sg'},
  ],
  effect: () => undefined,
  checks: async ({from, to, width, height}, {guest, disks, folder}) => {
    const file = path.join(folder, `${to}.png`);
    // With its decoder of PNG it is loaded only where it is needed.
    const {comparePicture} = await import('../../evidence/screen.ts');
    await guest.qmp.execute('screendump', {filename: file, device: to, format: 'png'});
    const found = comparePicture(
      await readFile(file),
      disks.read(from, 0, width * height * 4),
      width,
      height,
    );
    return [
      check(
        'picture',
        found === undefined,
        'host',
        found === undefined
          ? {code: 'picture-matches', subject: to, parameters: {source: from, pixels: width * height}}
          : {code: 'picture-differs', subject: to, parameters: {difference: found}},
      ),
    ];
  },
};
