// Delivers Shopify's webhooks: signed, repeated until they are accepted, and as unreliably as a test asks.
import { createHmac, randomUUID } from 'node:crypto';
import type { Subscription } from './app-config.ts';
import type { Announcement, Subject } from './ledger.ts';
import { payloadOf, writeJson } from './payloads.ts';
import { freeze, thaw } from './snapshot.ts';
import type { Store } from './store.ts';
import { within } from './webhook-timeout.ts';
import { mayHear } from './topics.ts';

export type Delivery = {
  number: number;
  topic: string;
  shop: string;
  uri: string;
  webhookId: string;
  eventId: string;
  triggeredAt: Date;
  subject: Subject;
  /** The shop's own subscription that it is for; null: the app's configuration. */
  own: { id: bigint } | null;
  /** The fields that the subscription asks for; none: all of them. */
  fields: string[];
  /** Written at the first attempt and kept for the later ones. */
  body: string | null;
  /** `void`: there was nothing left to tell; `lost`: never sent, as happens in life. */
  status: 'waiting' | 'sending' | 'delivered' | 'retrying' | 'given_up' | 'lost' | 'void';
  /** `answer` is the HTTP status, or null when there was none. */
  attempts: { at: Date; answer: number | null }[];
  dueAt: Date;
  /** The delivery that this one repeats, letter for letter. */
  copyOf: number | null;
};

export type WebhookFaultOptions = {
  /** Nothing leaves until `release`. */
  hold: boolean;
  copies: number;
  delayMs: number;
  /** Share that is never sent, 0 to 1; the next few; and whole topics. */
  lose: number;
  loseNext: number;
  loseTopics: string[];
  wrongSignature: boolean;
  /** For up to an hour after a rotation Shopify may still sign with the old secret. */
  signWithOldSecret: boolean;
  timeoutMs: number;
  concurrency: number;
};

// Eight retries over four hours, ever further apart; the total is Shopify's word, the steps are ours.
const RETRY_MINUTES = [1, 2, 4, 8, 15, 30, 60, 120];

export function createWebhooks({
  store,
  now,
  send,
  apiKey,
  apiVersion,
  apiSecrets,
  subscriptions,
  random,
}: {
  store: Store;
  now: () => Date;
  send: (request: Request) => Promise<Response>;
  apiKey: string;
  apiVersion: string;
  apiSecrets: () => string[];
  subscriptions: Subscription[];
  random: () => number;
}) {
  const faultOptions: WebhookFaultOptions = {
    hold: false,
    copies: 1,
    delayMs: 0,
    lose: 0,
    loseNext: 0,
    loseTopics: [],
    wrongSignature: false,
    signWithOldSecret: false,
    timeoutMs: 5_000,
    concurrency: 32,
  };
  let deliveries: Delivery[] = [];
  let pending: Delivery[] = [];
  const sending = new Set<Promise<void>>();

  function isLost(topic: string): boolean {
    if (faultOptions.loseTopics.includes(topic)) return true;
    if (faultOptions.loseNext > 0) {
      faultOptions.loseNext -= 1;
      return true;
    }
    return faultOptions.lose > 0 && random() < faultOptions.lose;
  }

  function add(delivery: Omit<Delivery, 'number' | 'attempts'>): Delivery {
    const added = { ...delivery, number: deliveries.length + 1, attempts: [] };
    deliveries.push(added);
    if (added.status === 'waiting') pending.push(added);
    return added;
  }

  function enqueue({ announcement, afterMs = 0 }: { announcement: Announcement; afterMs?: number }): void {
    const { shop, topic } = announcement;
    const dueAt = new Date(now().getTime() + afterMs + faultOptions.delayMs);
    const ofApp = subscriptions
      .filter((each) => each.topic === topic)
      .map(({ uri, includeFields }) => ({ uri, own: null, fields: includeFields }));
    const ofShop = (store.installationOf({ shop, apiKey })?.webhooks ?? [])
      .filter((each) => each.topic === topic)
      .map(({ id, uri, includeFields }) => ({ uri, own: { id }, fields: includeFields }));
    for (const { uri, own, fields } of [...ofApp, ...ofShop]) {
      const status = isLost(topic) ? 'lost' : 'waiting';
      const webhookId = randomUUID();
      const told = { ...announcement, uri, webhookId, own, fields, body: null, status } as const;
      const first = add({ ...told, dueAt, copyOf: null });
      if (status === 'lost') continue;
      for (let copy = 1; copy < faultOptions.copies; copy += 1) add({ ...told, dueAt, copyOf: first.number });
    }
    queueMicrotask(pump);
  }

  store.on((announcement) => {
    if (mayHear({ store, apiKey, announcement })) enqueue({ announcement });
  });

  /** Null when what it was about no longer exists, and so there is nothing to tell. */
  function bodyOf(delivery: Delivery): string | null {
    const origin = delivery.copyOf === null ? delivery : deliveries[delivery.copyOf - 1]!;
    if (origin.body === null) {
      const shop = store.findShop(origin.shop);
      const payload = shop ? payloadOf({ shop, subject: origin.subject }) : null;
      origin.body = payload && writeJson(onlyFields(payload, origin.fields));
    }
    delivery.body = origin.body;
    return origin.body;
  }

  function signed(delivery: Delivery, body: string): Request {
    const [current = '', old = current] = apiSecrets();
    const secret = faultOptions.wrongSignature
      ? randomUUID()
      : faultOptions.signWithOldSecret
        ? old
        : current;
    return new Request(delivery.uri, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Shopify-Captain-Hook',
        'x-shopify-topic': delivery.topic,
        'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
        'x-shopify-shop-domain': delivery.shop,
        'x-shopify-api-version': apiVersion,
        'x-shopify-webhook-id': delivery.webhookId,
        'x-shopify-event-id': delivery.eventId,
        'x-shopify-triggered-at': delivery.triggeredAt.toISOString(),
      },
    });
  }

  async function bring(delivery: Delivery): Promise<void> {
    delivery.status = 'sending';
    const body = bodyOf(delivery);
    if (body === null) {
      delivery.status = 'void';
      return;
    }
    const at = now();
    const answer = await within(send(signed(delivery, body)), faultOptions.timeoutMs);
    delivery.attempts.push({ at, answer });
    if (answer !== null && answer >= 200 && answer < 300) {
      delivery.status = 'delivered';
      countFailure(delivery, false);
      return;
    }
    countFailure(delivery, true);
    const minutes = RETRY_MINUTES[delivery.attempts.length - 1];
    if (minutes === undefined) {
      delivery.status = 'given_up';
      return;
    }
    delivery.status = 'retrying';
    delivery.dueAt = new Date(now().getTime() + minutes * 60_000);
    pending.push(delivery);
  }

  /** A shop's own subscription that failed eight times in a row is deleted; one of the app's configuration stays. */
  function countFailure({ shop, own }: Delivery, failed: boolean): void {
    const installation = own && store.installationOf({ shop, apiKey });
    const webhook = installation?.webhooks.find(({ id }) => id === own!.id);
    if (!installation || !webhook) return;
    webhook.failures = failed ? webhook.failures + 1 : 0;
    if (webhook.failures >= 8)
      installation.webhooks = installation.webhooks.filter((each) => each !== webhook);
  }

  function pump(): void {
    if (faultOptions.hold) return;
    const at = now();
    while (sending.size < faultOptions.concurrency) {
      const index = pending.findIndex(({ dueAt }) => dueAt <= at);
      const [next] = index < 0 ? [] : pending.splice(index, 1);
      if (!next) return;
      const done = bring(next).finally(() => {
        sending.delete(done);
        pump();
      });
      sending.add(done);
    }
  }

  async function untilIdle(): Promise<void> {
    pump();
    while (sending.size > 0) await Promise.all(sending);
  }

  return {
    faultOptions,
    enqueue,
    /** Sends what is due by the clock; `settle` also waits until all of it was answered. */
    pump,
    untilIdle,
    /** Keeps an eye on the clock by itself, for a simulator that is played by hand; returns the switch that ends it. */
    keepPumping({ everyMs = 250 }: { everyMs?: number } = {}): () => void {
      const timer = setInterval(pump, everyMs).unref();
      return () => clearInterval(timer);
    },
    /** Makes every retry due at once. */
    async retry(): Promise<void> {
      for (const each of pending) if (each.status === 'retrying') each.dueAt = now();
      await untilIdle();
    },
    /** Lets go of what was held, one after the other, so that the order is the one asked for. */
    async release({ order = 'given' }: { order?: 'given' | 'reversed' | 'shuffled' } = {}): Promise<void> {
      const at = now();
      const held = pending.filter(({ dueAt }) => dueAt <= at);
      pending = pending.filter((each) => !held.includes(each));
      if (order === 'reversed') held.reverse();
      if (order === 'shuffled') shuffle(held, random);
      for (const each of held) await bring(each);
      faultOptions.hold = false;
      await untilIdle();
    },
    /** Sends a delivery again as it was, as Shopify does when it is not sure: the latest one that fits, unless it is named. */
    async repeat({
      topic,
      webhookId,
      times = 1,
    }: {
      topic?: string;
      webhookId?: string;
      times?: number;
    }): Promise<void> {
      const origin = deliveries.findLast(
        (each) =>
          each.copyOf === null &&
          each.body !== null &&
          (topic === undefined || each.topic === topic) &&
          (webhookId === undefined || each.webhookId === webhookId),
      );
      if (!origin) throw new Error('nothing was delivered yet that could be repeated');
      const { number, attempts: _, ...same } = origin;
      for (let time = 0; time < times; time += 1)
        add({ ...same, status: 'waiting', dueAt: now(), copyOf: number });
      await untilIdle();
    },
    /** Takes back what has not left yet. */
    cancel({ shop, topic }: { shop: string; topic: string }): void {
      for (const each of pending) if (each.shop === shop && each.topic === topic) each.status = 'void';
      pending = pending.filter((each) => each.status !== 'void');
    },
    deliveries: (): readonly Delivery[] => deliveries,
    snapshot: (): string => freeze(deliveries),
    restore(text: string): void {
      deliveries = thaw<Delivery[]>(text);
      for (const each of deliveries) if (each.status === 'sending') each.status = 'waiting';
      pending = deliveries.filter(({ status }) => status === 'waiting' || status === 'retrying');
    },
  };
}

const onlyFields = (payload: Record<string, unknown>, fields: string[]): Record<string, unknown> =>
  fields.length === 0
    ? payload
    : Object.fromEntries(Object.entries(payload).filter(([name]) => fields.includes(name)));

function shuffle(list: unknown[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
}
