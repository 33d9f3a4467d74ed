// How long Meta bears with an app that does not answer: tries later, warns, and after an hour stops telling it anything.
import type { FaultOptions } from './fault-options.ts';
import type { Job } from './webhook-sender.ts';
import type { World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;

export type Alert = { at: number; appId: string; pageId: string; kind: 'developer_alert' | 'disabled' };

export function createPatience({
  world,
  faultOptions,
  now,
}: {
  world: World;
  faultOptions: () => FaultOptions;
  now: () => Date;
}) {
  const alerts: Alert[] = [];
  let parked: Job[] = [];

  function noteFailure({ appId, pageId }: { appId: string; pageId: string }): void {
    const page = world.pages.get(pageId);
    if (!page) return;
    const at = now().getTime();
    const since = (page.failingSince[appId] ??= at);
    const alerted = alerts.some(
      (alert) =>
        alert.appId === appId &&
        alert.pageId === pageId &&
        alert.kind === 'developer_alert' &&
        alert.at >= since,
    );
    if (at - since >= 15 * minute && !alerted) alerts.push({ at, appId, pageId, kind: 'developer_alert' });
    if (at - since < hour || !page.subscriptions[appId]) return;
    delete page.subscriptions[appId];
    delete page.failingSince[appId];
    // What it was still owed is lost: a later subscription hears only what happens after it.
    parked = parked.filter((job) => job.appId !== appId || job.pageId !== pageId);
    alerts.push({ at, appId, pageId, kind: 'disabled' });
  }

  return {
    failed(jobs: Job[]): void {
      const { retryAfterMs } = faultOptions().webhooks;
      const at = now().getTime();
      for (const { appId, pageId } of jobs) noteFailure({ appId, pageId });
      for (const job of jobs) {
        const wait = retryAfterMs[Math.min(job.failures, retryAfterMs.length - 1)];
        if (wait === undefined || !world.pages.get(job.pageId)?.subscriptions[job.appId]) continue;
        parked.push({ ...job, failures: job.failures + 1, notBefore: at + wait });
      }
    },
    answered(jobs: Job[]): void {
      for (const { appId, pageId } of jobs) delete world.pages.get(pageId)?.failingSince[appId];
    },
    /** Takes out what is due for another try. */
    due(): Job[] {
      if (parked.length === 0) return parked;
      const at = now().getTime();
      const due = parked.filter((job) => job.notBefore <= at);
      if (due.length > 0) parked = parked.filter((job) => job.notBefore > at);
      return due;
    },
    parked: (): readonly Job[] => parked,
    alerts: (): readonly Alert[] => alerts,
    forget(): void {
      parked = [];
      alerts.length = 0;
    },
  };
}
