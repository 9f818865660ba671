// SPDX-License-Identifier: MIT

/** What moves in lifecycle/vectors, whatever the machine. */
export const vectorFlows: readonly string[] = [
  'dst read cmb 46592',
  'dst read display 14848',
  'dst read host-memory 28672',
  'dst read spare 12288',
  'src write cmb 46592',
  'src write display 14848',
  // A read that ends at the end of the mapping goes on by way of the page cache.
  'src write host-memory 32768',
  'src write spare 12288',
];
