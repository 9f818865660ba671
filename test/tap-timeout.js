// SPDX-License-Identifier: MIT
// Loaded into AVA's main process by test/run.ts (node --import).
// When tests time out, AVA 7's TAP reporter hands a plain Error to dumpError(), which expects AVA's own form of
// an error and throws (ava/lib/reporters/tap.js:27). AVA then ends without naming any test. Here it gets that form.
const reporter = new URL('../node_modules/ava/lib/reporters/tap.js', import.meta.url);
const {default: TapReporter} = await import(reporter.href);
const {writeTest} = TapReporter.prototype;

TapReporter.prototype.writeTest = function writeAnyError(event, flags) {
  const {err} = event;
  if (!(err instanceof Error)) return writeTest.call(this, event, flags);
  const {name, message, stack} = err;
  const serialized = {type: 'native', name, message, stack, originalError: {message}, formattedDetails: []};
  return writeTest.call(this, {...event, err: serialized}, flags);
};
