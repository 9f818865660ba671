// SPDX-License-Identifier: MIT
// Import this before temporary-cache.ts: the environment as it was, with the cache that the user has.

export const environment = {...process.env};
