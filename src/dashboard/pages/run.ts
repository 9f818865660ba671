// SPDX-License-Identifier: MIT
import {formatBytes, roundBytes} from '../../base/bytes.ts';
import {repeatCommand} from '../../results/repeat.ts';
import {type Run, runOf} from '../../results/queries/run.ts';
import {type Evidence, type Log, readEvidence} from '../evidence.ts';
import {type Html, dataTable, html, time, words} from '../html.ts';
import {caseLink, paths} from '../links.ts';
import {badge} from '../outcome-badge.ts';
import type {PageContext, PageMaker} from '../page.ts';
import {drawTree} from '../tree-drawing.ts';

/** A run: its cause, the tree with where the bytes went, ledger, checks, console, pictures, and how to repeat it. */
export const run =
  (id: number): PageMaker =>
  async (context) => {
    const found = await runOf(context.db, id);
    if (found === undefined) return undefined;
    const evidence = await readEvidence(found.bundle);
    const bad = found.verdict !== 'pass' && found.verdict !== 'skip';
    return {
      title: `${found.scenario} on ${found.kernel}: ${found.verdict}`,
      data: {...found, evidence: evidence && {...evidence, log: undefined}},
      body: html`
        <p class="lead">${badge(found.knownIssue === null ? found.verdict : 'known')} ${words(found.reason)}</p>
        ${damage(evidence)} ${report(evidence)} ${about(context, found, evidence)} ${drawing(found, evidence)} ${ledger(found)}
        ${steps(found)} ${evidence === undefined ? html`<p class="alert">Its bundle is gone: what follows from the database is all there is.</p>` : html`${kernelWords(evidence)} ${checks(evidence)} ${pictures(context, found, evidence)} ${files(context, found, evidence)} ${log(evidence.log, bad)}`}
      `,
    };
  };

/** What of its bundle cannot be read: what is not shown for it was not absent. */
function damage(evidence: Evidence | undefined): Html {
  if (evidence === undefined || evidence.damage.length === 0) return html``;
  return html`<p class="alert">Its bundle is damaged: ${words(evidence.damage.join('; '))}.</p>`;
}

/** What the kernel reported: more than anything else it tells what to look at. */
function report(evidence: Evidence | undefined): Html {
  if (evidence?.report === undefined) return html``;
  const {title, decoded} = evidence.report;
  return html`<h2>What the kernel reports</h2>
    <pre>${words(title)}\n${decoded.map((line) => `  ${words(line)}\n`).join('')}</pre>`;
}

function about(context: PageContext, found: Run, evidence: Evidence | undefined): Html {
  const {up} = context;
  const {environment, nightlyRun, suite, variant, kernel, scenario, knownIssue, fingerprint, duration} =
    found;
  const again = repeatCommand({scenario, kernel, variant, qemu: environment.qemu}) ?? '(its files are gone)';
  const optional = [
    ...(knownIssue === null ? [] : [html`<dt>known issue</dt><dd>${words(knownIssue)}</dd>`]),
    ...(fingerprint === null
      ? []
      : [
          html`<dt>failures like it</dt><dd><a href="${up}${paths.failure(fingerprint)}">${fingerprint}</a></dd>`,
        ]),
    ...(nightlyRun === null
      ? []
      : [
          html`<dt>nightly run</dt><dd><a href="${up}${paths.nightlyRun(nightlyRun)}">${words(suite)}</a></dd>`,
        ]),
    ...(evidence?.script === true
      ? [html`<dt>again, without the lab</dt><dd><code>sh reproduce.sh</code> in its bundle</dd>`]
      : []),
  ];
  return html`<dl>
    <dt>what</dt>
    <dd>${caseLink(context, found)}</dd>
    <dt>topology</dt>
    <dd>${words(found.topology)}</dd>
    <dt>when</dt>
    <dd>${time(found.begun)}, ${(duration / 1000).toFixed(1)} s</dd>
    <dt>Linux</dt>
    <dd>${words(environment.kernel_release)} <span class="faint">${words(environment.kernel_key)}</span></dd>
    <dt>QEMU</dt>
    <dd>${words(environment.qemu)}, ${words(environment.acceleration)}, on ${words(environment.host)}</dd>
    <dt>again</dt>
    <dd><code>${words(again)}</code></dd>
    ${optional}
    ${found.bundle === null ? '' : html`<dt>bundle</dt><dd><code>${words(found.bundle)}</code></dd>`}
  </dl>`;
}

function drawing({steps: all}: Run, evidence: Evidence | undefined): Html {
  if (evidence === undefined || evidence.tree.length === 0) return html``;
  // One arrow for all steps that went the same way: more would hide the tree.
  const flows = new Map<string, Run['steps'][number]['ledger'][number]>();
  for (const flow of all.flatMap((step) => step.ledger)) {
    const key = [flow.initiator, flow.direction, flow.target, flow.route, flow.by].join(' ');
    flows.set(key, {...flow, bytes: flow.bytes + (flows.get(key)?.bytes ?? 0)});
  }
  return html`<h2>Where the bytes went</h2>
    ${drawTree(evidence.tree, [...flows.values()].slice(0, 12))}`;
}

function ledger({steps: all}: Run): Html {
  const rows = all.flatMap(({title, ledger: own}) =>
    own.map(
      ({initiator, direction, target, bar, bytes, pieces, address, route, by}) => html`<tr>
        <td>${words(title)}</td>
        <td>${words(initiator)} ${direction === 'write' ? '→' : '←'} ${words(target)}${bar === null ? '' : ` BAR ${bar}`}</td>
        <td>${direction}</td>
        <td class="number">${formatBytes(bytes)}</td>
        <td class="number">${pieces}</td>
        <td><code>${address}</code></td>
        <td>${words([route, by].filter((word) => word !== null).join(' at '))}</td>
      </tr>`,
    ),
  );
  if (rows.length === 0) return html``;
  const columns = ['step', 'from and to', 'direction', 'bytes', 'pieces', 'first address', 'route'];
  return html`<h2>Ledger</h2>
    ${dataTable('What the devices moved, by QEMU’s trace', columns, rows)}`;
}

function steps({steps: all}: Run): Html {
  const rows = all.map(
    ({title, verdict, reason, knownIssue, duration}) => html`<tr>
      <td>${badge(verdict)}</td>
      <td>${words(title)}</td>
      <td class="number">${(duration / 1000).toFixed(2)} s</td>
      <td class="cause">${words(reason)}${knownIssue === null ? '' : html` <span class="faint">(known issue: ${words(knownIssue)})</span>`}</td>
    </tr>`,
  );
  return rows.length === 0
    ? html``
    : html`<h2>Steps</h2>
        ${dataTable('What was driven, in order', ['verdict', 'step', 'time', 'cause'], rows)}`;
}

function kernelWords({kernelSays}: Evidence): Html {
  if (kernelSays.length === 0) return html``;
  return html`<h2>The kernel’s own reasons</h2>
    <pre>${kernelSays.map((line) => `${words(line)}\n`).join('')}</pre>`;
}

function checks({checks: all}: Evidence): Html {
  const rows = all
    .toSorted((a, b) => Number(a.ok) - Number(b.ok))
    .slice(0, 200)
    .map(
      ({step, name, ok, witness, detail}) => html`<tr>
        <td>${ok ? html`<span class="pass">✓ holds</span>` : html`<span class="fail">✗ does not hold</span>`}</td>
        <td>${words(name)}</td>
        <td>${words(witness)}</td>
        <td>${words(step)}</td>
        <td class="cause">${words(detail)}</td>
      </tr>`,
    );
  return rows.length === 0
    ? html``
    : html`<h2>Checks</h2>
        ${dataTable('What was expected, and who saw it', ['', 'check', 'witness', 'step', 'what was seen'], rows)}`;
}

function pictures({up}: PageContext, {id}: Run, evidence: Evidence): Html {
  const shown = evidence.files.filter(({kind}) => kind === 'picture');
  if (shown.length === 0) return html``;
  return html`<h2>Pictures</h2>
    ${shown.map(
      ({name}) => html`<figure>
        <img src="${up}${paths.file(id, name)}" alt="The display’s memory: ${words(name)}" />
        <figcaption class="faint">${words(name)}</figcaption>
      </figure>`,
    )}`;
}

function files({up}: PageContext, {id}: Run, evidence: Evidence): Html {
  const items = evidence.files.map(
    ({name, bytes, kind}) =>
      html`<li><a href="${up}${paths.file(id, name)}">${words(name)}</a> <span class="faint">${roundBytes(bytes)}, ${kind}</span></li>`,
  );
  return html`<details>
    <summary>Files of its bundle</summary>
    <ul>
      ${items}
    </ul>
  </details>`;
}

function log(shown: Log | undefined, open: boolean): Html {
  if (shown === undefined) return html``;
  let reports = 0;
  const lines = shown.lines.map(({text, report}) =>
    report === undefined
      ? html`${text}\n`
      : html`<mark id="report-${++reports}" title="${report}">${text}</mark>\n`,
  );
  const links = Array.from(
    {length: Math.min(reports, 20)},
    (_, index) => html`<a href="#report-${index + 1}">report ${index + 1}</a> `,
  );
  const body = html`${links.length === 0 ? '' : html`<p>The kernel reports something: ${links}</p>`}
    <pre tabindex="0">${lines}</pre>`;
  const title = `${shown.name}, ${roundBytes(shown.bytes)}${shown.left > 0 ? `, ${roundBytes(shown.left)} of it left out` : ''}`;
  return html`<h2>Console</h2>
    ${open ? html`<details open><summary>${title}</summary>${body}</details>` : html`<details><summary>${title}</summary>${body}</details>`}`;
}
