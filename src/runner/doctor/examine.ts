// SPDX-License-Identifier: MIT
import type {Context} from '../../base/context.ts';
import {checkpoint} from '../../base/context.ts';
import {messageOf} from '../../base/errors.ts';
import {accelerationFinding} from './acceleration.ts';
import {cacheFindings} from './cached.ts';
import {commandFindings} from './commands.ts';
import {databaseFinding} from './database.ts';
import type {Finding} from './finding.ts';
import {hostFindings} from './host.ts';
import {qemuFindings} from './qemu.ts';

/** What is not to be the usual one. */
interface Asked {
  readonly qemu?: string | undefined;
  readonly database?: string | undefined;
}

/**
 * Looks at all that the lab needs of this machine. It never throws for what it finds: what cannot be found
 * out is a finding too.
 */
export async function examine({qemu, database}: Asked, context: Context): Promise<readonly Finding[]> {
  const probes: readonly (readonly [string, () => Promise<readonly Finding[]>])[] = [
    ['machine', hostFindings],
    ['commands', commandFindings],
    ['QEMU', () => qemuFindings(qemu, context)],
    ['cache', () => cacheFindings(context)],
    ['database', async () => [await databaseFinding(database, context)]],
    ['acceleration', () => accelerationFinding(qemu, context)],
  ];
  const findings: Finding[] = [];
  for (const [name, probe] of probes) {
    checkpoint(context);
    context.report({topic: 'doctor', text: `looking at: ${name}`});
    try {
      findings.push(...(await probe()));
    } catch (error) {
      checkpoint(context);
      findings.push({name, state: 'note', detail: `cannot be told: ${messageOf(error)}`});
    }
  }
  return findings;
}
