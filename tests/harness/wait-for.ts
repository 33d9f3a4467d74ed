// Waiting for a condition instead of a time: tests never sleep.
import { setTimeout as pause } from 'node:timers/promises';

type Patience = {
  /** Says in the error what was waited for. */
  until?: string;
  timeoutMs?: number;
  everyMs?: number;
};

/** Asks `check` again and again until it answers something other than undefined, null or false, and returns that. */
export async function waitFor<T>(
  check: () => T | Promise<T>,
  { until = 'the condition', timeoutMs = 10_000, everyMs = 10 }: Patience = {},
): Promise<Exclude<Awaited<T>, undefined | null | false>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await check();
      if (answer !== undefined && answer !== null && answer !== false)
        return answer as Exclude<Awaited<T>, undefined | null | false>;
      last = answer;
    } catch (error) {
      last = error;
    }
    await pause(everyMs);
  }
  throw new Error(`Waited ${timeoutMs} ms for ${until}; last seen: ${String(last)}`, { cause: last });
}
