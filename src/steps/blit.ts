// SPDX-License-Identifier: MIT
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {isDisplay, videoMemoryOf} from '../devices/roles.ts';
import {deviceId} from '../spec/names.ts';
import {nodeOf} from '../topology/model.ts';
import {check} from '../verdict/check.ts';
import {tool} from './guest-command.ts';
import {pageBytes} from './fields.ts';
import {testPicture} from './picture.ts';
import {checkDisk, checkRole} from './scene.ts';
import {verb} from './verb.ts';

/** A pixel is 32 bits: the mode that the guest's display driver sets. */
const bytesPerPixel = 4;

const pixels = (most: number) => z.int().min(8).max(most).multipleOf(8);

/** NVMe -> VRAM of a display; the display's own output is the evidence. */
export const blit = verb({
  movesData: true,
  example: {from: 'src', to: 'display', width: 640, height: 480},
  options: z
    .strictObject({
      from: deviceId.describe('NVMe drive that holds the picture.'),
      to: deviceId.describe('Display.'),
      // The limits of the DISPI registers: QEMU, include/hw/display/bochs-vbe.h.
      width: pixels(16000).describe('Width in pixels.'),
      height: pixels(12000).describe('Height in pixels.'),
    })
    .refine(({width, height}) => (width * height * bytesPerPixel) % pageBytes === 0, {
      error: 'the picture does not fill whole pages of 4 KiB',
      params: {hint: 'take a width that is a multiple of 128, or 640x480, 800x640, 1024x768'},
    })
    .describe("Reads a picture from a drive into a display's video memory (O_DIRECT)."),
  check({from, to, width, height}, scene) {
    const bytes = width * height * bytesPerPixel;
    checkDisk(scene, ['from'], from, bytes);
    const display = checkRole(scene, ['to'], to, isDisplay, 'display');
    const vram = display && videoMemoryOf(display);
    if (vram !== undefined && bytes > vram) {
      scene.report(['width'], `${width}x${height} needs ${bytes} bytes of VRAM: "${to}" has ${vram}`);
    }
  },
  title: ({from, to}) => `blit ${from} → ${to}`,
  commands: ({from, to, width, height}, topology) => [
    tool(
      ...['copy', '--from', nodeOf(topology, from).bdf, '--through', nodeOf(topology, to).bdf],
      ...['--bytes', String(width * height * bytesPerPixel), '--no-readback'],
    ),
  ],
  heads: ({from, width, height}) => [
    {drive: from, bytes: width * height * bytesPerPixel, content: () => testPicture(width, height)},
  ],
  watched: {
    transfers: ({from, to, width, height}) => {
      const bytes = width * height * bytesPerPixel;
      return [{initiator: from, direction: 'write', target: to, bytes, api: 'sg'}];
    },
    checks: async ({from, to, width, height}, {guest, disks, folder}) => {
      const file = path.join(folder, `${to}.png`);
      // With its decoder of PNG it is loaded only where it is needed.
      const {comparePicture} = await import('../evidence/screen.ts');
      await guest.qmp.execute('screendump', {filename: file, device: to, format: 'png'});
      const found = comparePicture(
        await readFile(file),
        disks.read(from, 0, width * height * bytesPerPixel),
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
  },
});
