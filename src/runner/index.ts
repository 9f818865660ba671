// SPDX-License-Identifier: MIT
// The API of p2plab for other programs: `import {runScenarios} from 'p2plab'`. See docs/api.md.
export type {Progress} from '../base/context.ts';
export {BuildError, HostError, Interrupted, LabError, SpecError, UsageError} from '../base/errors.ts';
export type {Result} from './run-all.ts';
export {type RunOptions, type RunReporter, runScenarios} from './run-scenarios.ts';
