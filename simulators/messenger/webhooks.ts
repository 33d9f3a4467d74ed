// Carries events to the app as Meta does: at least once, a person's own in order, the rest in none, batched when they pile up.
import type { FaultOptions } from './fault-options.ts';
import type { Mint } from './ids.ts';
import { createPatience } from './webhook-retries.ts';
import { createPostman, type Event, type Job, type Letter } from './webhook-sender.ts';
import type { World } from './world.ts';

export type Happening = {
  pageId: string;
  lane: string;
  field: string;
  event: Event;
  at: number;
  owner: string | null;
  personId?: string;
};
export type Delivery = Letter & { appId: string; fields: string[]; status: number };
export type Webhooks = ReturnType<typeof createWebhooks>;

const keptDeliveries = 1000;
/** Fields that reach every app that listens, whoever has the thread. */
const neverOnStandby = ['messaging_optins', 'messaging_handovers'];

type Context = {
  world: World;
  faultOptions: () => FaultOptions;
  mint: Mint;
  now: () => Date;
  send: (request: Request) => Promise<Response>;
};

export function createWebhooks({ world, faultOptions, mint, now, send }: Context) {
  const postman = createPostman({ faultOptions, mint, now, send });
  const patience = createPatience({ world, faultOptions, now });
  // One lane per thread keeps a person's own story in order while others overtake it.
  const lanes = new Map<string, Job[]>();
  let ready: string[] = [];
  let readyHead = 0;
  let inFlight = 0;
  let pumpPlanned = false;
  let laneCounter = 0;
  let settled: (() => void)[] = [];
  const onTheWay = new Set<Job[]>();
  const delivered: Delivery[] = [];
  const counts = { delivered: 0, failed: 0, lost: 0 };

  function enqueue(happening: Happening): void {
    const { pageId, field, owner, personId, event, at } = happening;
    const page = world.pages.get(pageId);
    if (!page) return;
    const { withholdEchoes, withholdDeliveries } = faultOptions().webhooks;
    if (field === 'message_echoes' && withholdEchoes) return;
    if (field === 'message_deliveries' && withholdDeliveries) return;
    for (const appId in page.subscriptions) {
      const app = world.apps.get(appId);
      if (!app) continue;
      if (!app.live && personId !== undefined && !app.testers.includes(personId)) continue;
      const standby = owner !== null && owner !== appId && !neverOnStandby.includes(field);
      const fields = page.subscriptions[appId]!;
      if (!fields.includes(field) || (standby && !fields.includes('standby'))) continue;
      if (isLost(field)) continue;
      add({
        appId,
        pageId,
        lane: `${appId}:${happening.lane}`,
        field,
        channel: standby ? 'standby' : 'messaging',
        event: standby ? withoutPayload(event) : event,
        at,
        failures: 0,
        notBefore: 0,
      });
    }
  }

  function isLost(field: string): boolean {
    const { lose, loseFields } = faultOptions().webhooks;
    if (lose === 0 || (loseFields.length > 0 && !loseFields.includes(field))) return false;
    const lost = mint.chance() < lose;
    if (lost) counts.lost++;
    return lost;
  }

  function add(job: Job): void {
    const key = faultOptions().webhooks.shuffle ? `${job.lane}#${laneCounter++}` : job.lane;
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
    if (faultOptions().webhooks.shuffle) {
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

  /** As many events as fit one webhook, all for the same app. */
  function takeBatch(): { keys: string[]; jobs: Job[] } {
    const keys: string[] = [];
    const jobs: Job[] = [];
    const room = Math.max(1, faultOptions().webhooks.batch);
    while (jobs.length < room && readyHead < ready.length) {
      const key = nextReady();
      const lane = lanes.get(key);
      // A restore may have emptied what was lined up before it.
      if (!lane || lane.length === 0) continue;
      if (jobs.length > 0 && lane[0]!.appId !== jobs[0]!.appId) {
        ready.push(key);
        break;
      }
      jobs.push(...lane.splice(0, room - jobs.length));
      keys.push(key);
    }
    return { keys, jobs };
  }

  function pump(): void {
    const { concurrency } = faultOptions().webhooks;
    while (!faultOptions().webhooks.hold && inFlight < concurrency && readyHead < ready.length) {
      const { keys, jobs } = takeBatch();
      if (jobs.length === 0) continue;
      inFlight++;
      onTheWay.add(jobs);
      void deliver(jobs).finally(() => {
        inFlight--;
        onTheWay.delete(jobs);
        for (const key of keys) {
          if ((lanes.get(key)?.length ?? 0) > 0) ready.push(key);
          else lanes.delete(key);
        }
        pump();
      });
    }
    tellSettled();
  }

  async function deliver(jobs: Job[]): Promise<void> {
    const app = world.apps.get(jobs[0]!.appId);
    if (!app || app.callbackUrl === '') return;
    const { delayMs, immediateRetries, copies } = faultOptions().webhooks;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const letter = postman.write({ app, jobs });
    let status = 0;
    for (let attempt = 0; attempt <= immediateRetries && status !== 200; attempt++) {
      const posts = Array.from({ length: Math.max(1, copies) }, () => postman.post({ app, letter }));
      const statuses = await Promise.all(posts);
      status = statuses.includes(200) ? 200 : statuses[0]!;
    }
    delivered.push({ ...letter, appId: app.id, fields: jobs.map((job) => job.field), status });
    if (delivered.length > 2 * keptDeliveries) delivered.splice(0, keptDeliveries);
    if (status === 200) {
      counts.delivered++;
      patience.answered(jobs);
    } else {
      counts.failed++;
      patience.failed(jobs);
    }
  }

  /** Posts bodies that were delivered already once more, byte for byte, all at once. */
  function redeliver({ last = 1, times = 1 }: { last?: number; times?: number } = {}): Promise<number[]> {
    const letters = delivered.slice(-last).flatMap((one) => Array.from({ length: times }, () => one));
    return Promise.all(letters.map((letter) => postman.post({ app: world.apps.get(letter.appId)!, letter })));
  }

  function isQuiet(): boolean {
    if (inFlight > 0) return false;
    return faultOptions().webhooks.hold || (readyHead >= ready.length && !pumpPlanned);
  }

  function tellSettled(): void {
    if (settled.length === 0 || !isQuiet()) return;
    const told = settled;
    settled = [];
    for (const resolve of told) resolve();
  }

  return {
    enqueue,
    redeliver,
    /** Sends again what failed and is due by the clock. Hosts call it every second; tests after moving their clock. */
    tick(): void {
      for (const job of patience.due()) add(job);
    },
    release(): void {
      faultOptions().webhooks.hold = false;
      planPump();
    },
    /** Resolves when nothing is on its way. What is held back, or failed and waits for its next try, does not count. */
    untilIdle: (): Promise<void> =>
      isQuiet() ? Promise.resolve() : new Promise((resolve) => settled.push(resolve)),
    delivered: (): readonly Delivery[] => delivered,
    alerts: patience.alerts,
    counts: () => ({ ...counts, parked: patience.parked().length }),
    verify: (appId: string): Promise<boolean> => postman.verify(world.apps.get(appId)!),
    pending: (): Job[] => structuredClone([...patience.parked(), ...onTheWay, ...lanes.values()].flat()),
    /** Begins anew with what another life had left undelivered. */
    restore(jobs: Job[]): void {
      lanes.clear();
      ready = [];
      readyHead = 0;
      patience.forget();
      for (const job of structuredClone(jobs)) add(job);
    },
  };
}

// An app that only listens in does not learn what a button of the other app carries.
function withoutPayload(event: Event): Event {
  if (!event['postback']) return event;
  const { payload: _payload, ...postback } = event['postback'] as Event;
  return { ...event, postback };
}
