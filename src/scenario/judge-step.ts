// SPDX-License-Identifier: MIT
import {addressBitsOf, memoryOf, namespaceOf, nicOf} from '../devices/roles.ts';
import {withDescriptors, withFetches} from '../evidence/e1000-ring.ts';
import {buildLedger, type Initiators, type LedgerEntry, sumUp} from '../evidence/ledger.ts';
import type {TraceEvent} from '../evidence/trace-event.ts';
import {endpointsOf, requesterId, type Topology} from '../topology/model.ts';
import {checkAddresses} from '../verdict/check-addresses.ts';
import type {Check} from '../verdict/check.ts';
import type {Finding} from '../verdict/finding.ts';
import {checkPeers, type ExpectedStep, expectTransfers} from '../verdict/expectation.ts';
import {judge, judgeCommand, type Judgement, judgement} from '../verdict/judge.ts';
import {checkPaths} from '../verdict/check-routes.ts';
import {checkRejected, rejectedByLab} from '../verdict/rejected.ts';
import {explainingIssue, knownIssue} from '../verdict/prediction.ts';
import {checkSample, checkTransfers} from '../verdict/transfers.ts';
import {guestChecks} from '../steps/accounting.ts';
import {exitChecks} from '../steps/calls.ts';
import {unboundDevices} from '../steps/drivers.ts';
import type {Acted, Scene, Watched} from './run-step.ts';
import {lastLine} from '../base/escape.ts';
import {labFailures} from '../steps/guest-facts.ts';
import {moduleFailures} from './module-failures.ts';
import {framesSince} from './frames.ts';
import {readTrace} from './read-trace.ts';
import type {StepRecord} from './record.ts';
import {readBus} from './rings.ts';
import {wholeCommands} from './trace-windows.ts';
import {type BoundDataVerb, stepTitle} from '../steps/bound.ts';
import {verbOf} from '../steps/registry.ts';
import type {Watch} from '../steps/verb.ts';

/** What was found out about a step, judged. */
type JudgedStep = Omit<StepRecord, 'title' | 'verb' | 'durationMs' | 'guest'>;

/** Looks at what came of a step that was driven, and judges it. */
export async function judgeStep(acted: Acted, scene: Scene): Promise<StepRecord> {
  const {step, begun, guest, watched} = acted;
  const evaluated =
    watched === undefined
      ? await evaluateCommand(acted, scene)
      : await evaluateTransfers(acted, watched, scene);
  const durationMs = Math.round(performance.now() - begun);
  return {title: stepTitle(step), verb: step.verb, durationMs, ...evaluated, guest};
}

async function evaluateCommand({step, commands, guest}: Acted, scene: Scene): Promise<JudgedStep> {
  const verb = verbOf(step);
  const {options} = step;
  const checks = (await verb.checks?.(options, {commands, guest}, scene)) ?? exitChecks(commands, guest);
  const failed = checks.filter(({ok}) => !ok);
  const errors = [...labFailures(guest), ...(verb.isSetup ? failed.map(({finding}) => finding) : [])];
  if (errors.length === 0 && failed.length === 0) {
    errors.push(...((await verb.passed?.(options, scene)) ?? []));
  }
  return {...judgeCommand({errors, checks}), ledger: [], checks};
}

async function evaluateTransfers({step, guest}: Acted, watched: Watched, scene: Scene): Promise<JudgedStep> {
  const {verb, map, traces, counted, marks, rings} = watched;
  const {watch} = verb;
  const expected = expectTransfers({...scene, map}, verb.transfers(scene.topology, guest), step.expect);
  const parts: (readonly TraceEvent[])[] = [];
  for (const trace of traces) parts.push(await readTrace(trace));
  const seen = parts.flatMap((part) => (watch === 'windows' ? wholeCommands(part) : part));
  const {events, gaps} = scene.topology.routed
    ? {events: withFetches(seen, map, rings, requestSenders(scene.topology)), gaps: []}
    : await withDescriptors(seen, map, rings, (address, bytes) => readBus(scene, address, bytes));
  const initiators = {...initiatorsOf(scene.topology, watch), sampled: watch === 'windows'};
  const ledger = buildLedger(events, map, watch === 'accesses' ? initiators : {...initiators, traced: []});
  if (expected.outcome !== 'refused') verb.effect(scene.disks);
  const frames = framesSince(scene.pcaps, marks);
  const observed = {...scene, map, events, ledger, expected, frames, guestSaid: guest};
  const checks: Check[] = [
    ...checkPeers(expected),
    ...checkRejected(ledger.rejected),
    watch === 'windows'
      ? checkSample(ledger.entries, expected.transfers)
      : (verb.ledger(ledger.entries, expected.transfers) ??
        checkTransfers(ledger.entries, expected.transfers)),
    ...checkAddresses(
      scene.topology,
      verb.blocked ? ledger.entries.filter(({faulted}) => faulted !== true) : ledger.entries,
    ),
    ...checkPaths(scene.topology, ledger.entries),
    ...(accountingOf(verb, expected, guest, scene) ??
      guestChecks(
        expected,
        guest.flatMap(({facts}) => facts),
        scene.missing,
        verb.refusal,
      )),
    ...(expected.outcome === 'refused' ? [] : await verb.checks(observed)),
    ...(await scene.disks.check()),
    // What a prototype counted is more than was seen in windows, and nothing of it moves where a verb only maps.
    ...(watch === 'windows' || verb.mapsOnly
      ? []
      : await scene.prototypes.check(counted, ledger.entries, scene.guest)),
  ];
  const wrong = moduleFailures(guest).length > 0 || checks.some(({ok}) => !ok);
  const unbound = wrong
    ? await unboundDevices(scene, verbOf(step).bound?.(step.options) ?? [], expected)
    : undefined;
  checks.unshift(...(unbound?.checks ?? []));
  const judged = judge({
    errors: [
      ...labFailures(guest),
      ...(unbound?.errors ?? []),
      ...rejectedByLab(ledger.rejected),
      ...moduleFailures(guest),
      ...untraced(seen, guest),
      ...silentEnds(guest),
      ...[...gaps, ...ledger.gaps].map(incomplete),
      ...verb.gaps(observed),
    ],
    checks,
  });
  const explained = explain(judged, expected, ledger.entries, checks);
  // Of a mixed load there is more than anybody reads.
  const entries = watch === 'accesses' ? ledger.entries : sumUp(ledger.entries);
  const measurements = verb.measurements(guest);
  return {
    ...{...explained, expected, ledger: entries, checks},
    ...(measurements.length > 0 && {measurements}),
  };
}

/** The NICs that are known to send by their requests alone. */
function requestSenders(topology: Topology): readonly string[] {
  return endpointsOf(topology)
    .filter((node) => nicOf(node)?.evidence === 'requests')
    .map(({id}) => id);
}

/** A failure that a known issue explains entirely is reported as that; else the reason takes along what contradicts it. */
function explain(
  judged: Judgement,
  expected: ExpectedStep,
  ledger: readonly LedgerEntry[],
  checks: readonly Check[],
): Judgement {
  const {verdict, finding, check: failed} = judged;
  const {predicted, contradiction} = expected;
  if (verdict !== 'fail') return judged;
  const issue = explainingIssue(expected, ledger, checks);
  if (issue !== undefined && predicted !== undefined) {
    return judgement(verdict, {finding: knownIssue(predicted, expected)}, issue);
  }
  return contradiction === undefined ? judged : judgement(verdict, {finding, check: failed, contradiction});
}

/** What the evidence itself does not show. */
function incomplete(message: string): Finding {
  return {code: 'trace-incomplete', parameters: {message}};
}

/** A refusal by the tree is the same for every verb; what else must come of a call is its verb's own. */
function accountingOf(
  verb: BoundDataVerb,
  expected: ExpectedStep,
  guest: StepRecord['guest'],
  {topology}: Scene,
): readonly Check[] | undefined {
  return expected.outcome === 'refused' ? undefined : verb.account(guest, topology);
}

/** Without a single event of a command that moved data there was no trace, and the ledger is empty for that reason. */
function untraced(events: readonly TraceEvent[], guest: StepRecord['guest']): readonly Finding[] {
  const moved = guest
    .flatMap(({facts}) => facts)
    .find(({op, ok, bytes}) => ok && (op === 'read' || op === 'write') && (bytes ?? 0) > 0);
  if (events.length > 0 || moved === undefined) return [];
  return [{code: 'trace-empty', parameters: {op: moved.op, bytes: moved.bytes ?? 0}}];
}

/** The guest's tool says what failed. One that ends without a word did not do what it was told. */
function silentEnds(guest: StepRecord['guest']): readonly Finding[] {
  return guest
    .filter(({code, facts}) => code !== 0 && facts.every(({ok}) => ok))
    .map(({command, code: exit, stderr}) => {
      return {code: 'command-silent', parameters: {command, exit, stderr: lastLine(stderr)}};
    });
}

function initiatorsOf(topology: Topology, watch: Watch): Initiators {
  const drives: Record<number, string> = {};
  const nics: string[] = [];
  const withMemory: string[] = [];
  const addressBits: Record<string, number> = {};
  const requesters: Record<number, string> = {};
  for (const node of endpointsOf(topology)) {
    const nsid = namespaceOf(node);
    const bits = addressBitsOf(node);
    if (nsid !== undefined) drives[nsid] = node.id;
    if (memoryOf(node)?.provider.region !== undefined) withMemory.push(node.id);
    if (nicOf(node)?.evidence === 'descriptors') nics.push(node.id);
    if (bits !== undefined) addressBits[node.id] = bits;
    requesters[requesterId(node)] = node.id;
  }
  const {iommu, translated, routed} = topology;
  return {
    drives,
    nics,
    traced: withMemory,
    // What was asked for in a window may be done after it. Where an IOMMU translates, the way must be known.
    routed: routed && (watch !== 'windows' || translated),
    addressBits,
    ...(iommu !== undefined && {iommu: {requesters, translates: translated}}),
  };
}
