// SPDX-License-Identifier: MIT
import * as z from 'zod';
import {deviceId} from '../names.ts';
import {checkDisk, checkType} from './scene.ts';
import {pageBytes, verb} from './verb.ts';

/** A pixel is 32 bits: the mode that the guest's display driver sets. */
const bytesPerPixel = 4;

const pixels = (most: number) => z.int().min(8).max(most).multipleOf(8);

export const blit = verb({
  movesData: true,
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
    const display = checkType(scene, ['to'], to, ['bochs-display'], 'display');
    if (display?.type === 'bochs-display' && bytes > display.vram) {
      scene.report(['width'], `${width}x${height} needs ${bytes} bytes of VRAM: "${to}" has ${display.vram}`);
    }
  },
});
