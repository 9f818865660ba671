// SPDX-License-Identifier: MIT
import * as z from 'zod';

/** One line that the guest tool printed: what it did, or where it failed. */
export interface Fact {
  readonly op: string;
  readonly ok: boolean;
  readonly errname?: string | undefined;
  readonly bytes?: number | undefined;
  /** Of what was begun: whether it `ended`, `stopped` itself, or `waits`, and in which function of the kernel. */
  readonly state?: string | undefined;
  readonly where?: string | undefined;
}

const schema = z.object({
  op: z.string(),
  ok: z.boolean(),
  errname: z.string().optional(),
  bytes: z.number().optional(),
  state: z.string().optional(),
  where: z.string().optional(),
});

/** The guest tool's facts in what a command printed; anything else in it is passed over. */
export function readFacts(stdout: string): readonly Fact[] {
  return stdout.split('\n').flatMap((line) => {
    try {
      const parsed = schema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}
