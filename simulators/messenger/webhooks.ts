// Carries events to the app as Meta does: signed, at least once, in no promised order, and given up when nobody answers.
import type { Dials } from './dials.ts';
import type { Mint } from './mint.ts';
import { escapedJson, signatures } from './signature.ts';
import type { App, World } from './world.ts';

export type Event = Record<string, unknown>;
export type Job = {
  appId: string;
  pageId: string;
  lane: string;
  field: string;
  channel: 'messaging' | 'standby';
  event: Event;
  at: number;
  failures: number;
  notBefore: number;
};
export type Delivery = {
  appId: string;
  pageIds: string[];
  fields: string[];
  body: string;
  headers: Record<string, string>;
  status: number;
};
export type Webhooks = ReturnType<typeof createWebhooks>;

const minute = 60_000;
const hour = 60 * minute;
const keptDeliveries = 1000;

type Context = {
  world: World;
  dials: () => Dials;
  mint: Mint;
  now: () => Date;
  send: (request: Request) => Promise<Response>;
};

export function createWebhooks({ world, dials, mint, now, send }: Context) {
  // One lane per thread keeps a person's own story in order while others overtake it.
  const lanes = new Map<string, Job[]>();
  let ready: string[] = [];
  let readyHead = 0;
  let parked: Job[] = [];
  let inFlight = 0;
  let waitingForDelay = 0;
  let pumpPlanned = false;
  let laneCounter = 0;
  let settled: (() => void)[] = [];
  const delivered: Delivery[] = [];
  const alerts: { at: number; appId: string; pageId: string; kind: 'developer_alert' | 'disabled' }[] = [];
  const counts = { delivered: 0, failed: 0, lost: 0 };

  function enqueue(input: {
    pageId: string;
    lane: string;
    field: string;
    event: Event;
    at: number;
    owner: string | null;
    personId?: string;
  }): void {
    const page = world.pages.get(input.pageId);
    if (!page) return;
    const { webhooks } = dials();
    if (input.field === 'message_echoes' && webhooks.withholdEchoes) return;
    if (input.field === 'message_deliveries' && webhooks.withholdDeliveries) return;
    for (const appId in page.subscriptions) {
      const app = world.apps.get(appId);
      if (!app) continue;
      if (!app.live && input.personId !== undefined && !app.testers.includes(input.personId)) continue;
      const standby = input.owner !== null && input.owner !== appId && input.field !== 'messaging_optins';
      const fields = page.subscriptions[appId]!;
      if (!fields.includes(input.field) || (standby && !fields.includes('standby'))) continue;
      add({
        appId,
        pageId: input.pageId,
        lane: `${appId}:${input.lane}`,
        field: input.field,
        channel: standby ? 'standby' : 'messaging',
        event: standby ? withoutPayload(input.event) : input.event,
        at: input.at,
        failures: 0,
        notBefore: 0,
      });
    }
  }

  function add(job: Job): void {
    const { webhooks } = dials();
    if (
      webhooks.lose > 0 &&
      (webhooks.loseFields.length === 0 || webhooks.loseFields.includes(job.field)) &&
      mint.chance() < webhooks.lose
    ) {
      counts.lost++;
      return;
    }
    const key = webhooks.shuffle ? `${job.lane}#${laneCounter++}` : job.lane;
    const lane = lanes.get(key);
    if (lane) lane.push(job);
    else {
      lanes.set(key, [job]);
      ready.push(key);
    }
    planPump();
  }

  // Not at once: what one tap causes belongs together, and a batch can only form among events that are there.
  function planPump(): void {
    if (pumpPlanned) return;
    pumpPlanned = true;
    setImmediate(() => {
      pumpPlanned = false;
      pump();
    });
  }

  function nextReady(): string {
    if (dials().webhooks.shuffle) {
      const pick = readyHead + Math.floor(mint.chance() * (ready.length - readyHead));
      [ready[readyHead], ready[pick]] = [ready[pick]!, ready[readyHead]!];
    }
    const key = ready[readyHead++]!;
    if (readyHead > 4096) {
      ready = ready.slice(readyHead);
      readyHead = 0;
    }
    return key;
  }

  function pump(): void {
    const { webhooks } = dials();
    while (!webhooks.hold && inFlight < webhooks.concurrency && readyHead < ready.length) {
      const taken: { key: string; jobs: Job[] }[] = [];
      let room = Math.max(1, webhooks.batch);
      let appId: string | null = null;
      while (room > 0 && readyHead < ready.length) {
        const key = nextReady();
        const lane = lanes.get(key)!;
        if (appId !== null && lane[0]!.appId !== appId) {
          ready.push(key);
          break;
        }
        appId = lane[0]!.appId;
        const jobs = lane.splice(0, room);
        room -= jobs.length;
        taken.push({ key, jobs });
      }
      inFlight++;
      void deliver(taken.flatMap(({ jobs }) => jobs)).finally(() => {
        inFlight--;
        for (const { key } of taken) {
          if (lanes.get(key)!.length > 0) ready.push(key);
          else lanes.delete(key);
        }
        pump();
        tellSettled();
      });
    }
    tellSettled();
  }

  async function deliver(jobs: Job[]): Promise<void> {
    const app = world.apps.get(jobs[0]!.appId);
    if (!app || app.callbackUrl === '') return;
    const { webhooks } = dials();
    if (webhooks.delayMs > 0) {
      waitingForDelay++;
      await new Promise((resolve) => setTimeout(resolve, webhooks.delayMs));
      waitingForDelay--;
    }
    const body = bodyOf(jobs);
    const headers = headersOf({ app, body });
    let status = 0;
    for (let attempt = 0; attempt <= webhooks.immediateRetries && status !== 200; attempt++) {
      const copies = Math.max(1, webhooks.copies);
      // One copy is the rule, and a benchmark should not pay for an array of one.
      const statuses =
        copies === 1
          ? [await post({ app, body, headers })]
          : await Promise.all(Array.from({ length: copies }, () => post({ app, body, headers })));
      status = statuses.includes(200) ? 200 : statuses[0]!;
    }
    const pageIds = jobs.length === 1 ? [jobs[0]!.pageId] : [...new Set(jobs.map((job) => job.pageId))];
    delivered.push({ appId: app.id, pageIds, fields: jobs.map((job) => job.field), body, headers, status });
    if (delivered.length > 2 * keptDeliveries) delivered.splice(0, keptDeliveries);
    if (status === 200) {
      counts.delivered++;
      for (const pageId of pageIds) delete world.pages.get(pageId)?.failingSince[app.id];
      return;
    }
    counts.failed++;
    for (const pageId of pageIds) noteFailure({ app, pageId });
    park(jobs);
  }

  async function post({
    app,
    body,
    headers,
  }: {
    app: App;
    body: string;
    headers: Record<string, string>;
  }): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<number>((resolve) => {
      timer = setTimeout(() => resolve(0), dials().webhooks.timeoutMs);
      timer.unref();
    });
    const answer = send(new Request(app.callbackUrl, { method: 'POST', headers, body })).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => 0,
    );
    const status = await Promise.race([answer, late]);
    clearTimeout(timer);
    return status;
  }

  function bodyOf(jobs: Job[]): string {
    const { webhooks } = dials();
    const time = now().getTime();
    const entry = jobs.map((job) => {
      const event = webhooks.extraFields
        ? { ...job.event, field_of_tomorrow: { nested: [1, 'two'], sent: true } }
        : job.event;
      return {
        id: job.pageId,
        time,
        [job.channel]: [event],
        ...(webhooks.extraFields ? { changed_fields: ['tomorrow'] } : {}),
      };
    });
    const body = escapedJson({ object: 'page', entry });
    // Written into the text: as a JavaScript number a page-scoped id would lose its last digits.
    return webhooks.numberIds ? body.replace(/"id":"(\d+)"/g, '"id":$1') : body;
  }

  function headersOf({ app, body }: { app: App; body: string }): Record<string, string> {
    const secret = dials().webhooks.wrongSignature ? `${app.secret}-not` : app.secret;
    const { sha256, sha1 } = signatures({ body, secret });
    return {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      'x-hub-signature': sha1,
      'x-hub-signature-256': sha256,
    };
  }

  function noteFailure({ app, pageId }: { app: App; pageId: string }): void {
    const page = world.pages.get(pageId);
    if (!page) return;
    const at = now().getTime();
    const since = (page.failingSince[app.id] ??= at);
    const alerted = alerts.some(
      (alert) =>
        alert.appId === app.id &&
        alert.pageId === pageId &&
        alert.kind === 'developer_alert' &&
        alert.at >= since,
    );
    if (at - since >= 15 * minute && !alerted)
      alerts.push({ at, appId: app.id, pageId, kind: 'developer_alert' });
    if (at - since >= hour && page.subscriptions[app.id]) {
      delete page.subscriptions[app.id];
      delete page.failingSince[app.id];
      alerts.push({ at, appId: app.id, pageId, kind: 'disabled' });
    }
  }

  function park(jobs: Job[]): void {
    const { retryAfterMs } = dials().webhooks;
    const at = now().getTime();
    for (const job of jobs) {
      if (!world.pages.get(job.pageId)?.subscriptions[job.appId]) continue;
      const wait = retryAfterMs[Math.min(job.failures, retryAfterMs.length - 1)];
      if (wait === undefined) continue;
      parked.push({ ...job, failures: job.failures + 1, notBefore: at + wait });
    }
  }

  /** Sends again what failed and is due by the clock. Hosts call it every second; tests after moving their clock. */
  function tick(): void {
    const at = now().getTime();
    const due = parked.filter((job) => job.notBefore <= at);
    if (due.length === 0) return;
    parked = parked.filter((job) => job.notBefore > at);
    for (const job of due) {
      const lane = lanes.get(job.lane);
      if (lane) lane.push(job);
      else {
        lanes.set(job.lane, [job]);
        ready.push(job.lane);
      }
    }
    planPump();
  }

  /** Posts bodies that were delivered already once more, byte for byte. */
  async function redeliver({ last = 1, times = 1 }: { last?: number; times?: number } = {}): Promise<
    number[]
  > {
    const again = delivered.slice(-last).flatMap((one) => Array.from({ length: times }, () => one));
    return Promise.all(
      again.map((one) => {
        const app = world.apps.get(one.appId)!;
        return post({ app, body: one.body, headers: one.headers });
      }),
    );
  }

  function isQuiet(): boolean {
    if (inFlight > 0 || waitingForDelay > 0) return false;
    return dials().webhooks.hold || (readyHead >= ready.length && !pumpPlanned);
  }

  function tellSettled(): void {
    if (settled.length === 0 || !isQuiet()) return;
    const told = settled;
    settled = [];
    for (const resolve of told) resolve();
  }

  return {
    enqueue,
    tick,
    redeliver,
    release() {
      dials().webhooks.hold = false;
      planPump();
    },
    /** Resolves when nothing is on its way. What is held back, or failed and waits for its next try, does not count. */
    settle(): Promise<void> {
      return isQuiet() ? Promise.resolve() : new Promise((resolve) => settled.push(resolve));
    },
    delivered: () => delivered as readonly Delivery[],
    alerts: () => alerts as readonly (typeof alerts)[number][],
    counts: () => ({ ...counts, parked: parked.length }),
    pending: (): Job[] => structuredClone([...parked, ...[...lanes.values()].flat()]),
    restore(jobs: Job[]) {
      for (const job of structuredClone(jobs)) add(job);
    },
    /** The handshake Meta makes when a callback address is saved. */
    async verify(appId: string): Promise<boolean> {
      const app = world.apps.get(appId)!;
      const challenge = mint.digits(10);
      const url = new URL(app.callbackUrl);
      url.searchParams.set('hub.mode', 'subscribe');
      url.searchParams.set('hub.verify_token', app.verifyToken);
      url.searchParams.set('hub.challenge', challenge);
      const response = await send(new Request(url));
      return response.status === 200 && (await response.text()) === challenge;
    },
  };
}

// An app that only listens in does not learn what a button of the other app carries.
function withoutPayload(event: Event): Event {
  if (!event['postback']) return event;
  const { payload: _payload, ...postback } = event['postback'] as Event;
  return { ...event, postback };
}
