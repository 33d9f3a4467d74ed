// A Page at the Messenger simulator and shops at Shopify's, joined by our own webhook routes and event store: only the platforms are simulated.
import { RequestedTokenType } from '@shopify/shopify-api';
import '@shopify/shopify-api/adapters/node';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll } from 'vitest';
import type { Effects, EventHandler } from '../../app/conversation/context.server.ts';
import { createEventHandler, type Step } from '../../app/conversation/handle-event.server.ts';
import { recordReplyResult } from '../../app/conversation/offer-opt-in.server.ts';
import { processEvents } from '../../app/conversation/process-events.server.ts';
import { db } from '../../app/db.server.ts';
import { acquireLease, RENEW_MS, renewLease } from '../../app/jobs/lease.server.ts';
import { FIELDS } from '../../app/messenger/page-health.server.ts';
import { encryptPageToken, pageToken } from '../../app/messenger/pages.server.ts';
import { GET_STARTED, makeRef } from '../../app/messenger/payloads.ts';
import { createRateLimiter } from '../../app/messenger/rate-limiter.ts';
import { send } from '../../app/messenger/send-api.server.ts';
import type { MetaEvent } from '../../app/messenger/webhooks.ts';
import { api, sessionStorage } from '../../app/shopify/access-tokens.server.ts';
import { checkAvailability } from '../../app/stock/variants.server.ts';
import { createMessenger, type Messenger } from '../../simulators/messenger/messenger.ts';
import { type Listening, serve } from '../../simulators/network/host.ts';
import { readAppConfig } from '../../simulators/shopify/app-config.ts';
import { createShopify, type Shopify } from '../../simulators/shopify/shopify.ts';
import { knock, signed } from './webhook-urls.ts';

let shopify: Shopify;
let messenger: Messenger;
let listening: Listening;
/** The doors keep the real time, so the test's clock goes with it, and is put forward. */
let ahead = 0;
export const clock = () => new Date(Date.now() + ahead);
export const pass = (seconds: number): void => {
  ahead += seconds * 1_000;
};

beforeAll(async () => {
  const toml = await readFile(new URL('../../shopify.app.toml', import.meta.url), 'utf8');
  const { scopes } = readAppConfig({ toml, applicationUrl: process.env.SHOPIFY_APP_URL! });
  shopify = createShopify({
    now: clock,
    send: async () => new Response(null),
    apiKey: process.env.SHOPIFY_API_KEY!,
    apiSecret: process.env.SHOPIFY_API_SECRET!,
    scopes,
    subscriptions: [],
  });
  messenger = createMessenger({ now: clock, send: knock });
  messenger.addApp({
    id: process.env.META_APP_ID!,
    secret: process.env.META_APP_SECRET!,
    verifyToken: process.env.META_VERIFY_TOKEN!,
    callbackUrl: `${process.env.SHOPIFY_APP_URL}/webhooks/messenger`,
    deauthorizeUrl: `${process.env.SHOPIFY_APP_URL}/messenger/deauthorize`,
    dataDeletionUrl: `${process.env.SHOPIFY_APP_URL}/messenger/data-deletion`,
  });
  listening = await serve({
    handle: (request) =>
      new URL(request.url).hostname.endsWith('.myshopify.com')
        ? shopify.handle(request)
        : messenger.handle(request),
  });
  process.env.SIMULATORS_ADDRESS = `http://127.0.0.1:${listening.port}`;
  await import('../../simulators/network/preload.ts');
});

afterAll(async () => {
  await listening.stop();
  await db.$disconnect();
});

let counter = 0;
type Wish = { variantId?: bigint; shop?: OpenShop; locale?: string };
export type Chat = Awaited<ReturnType<typeof openChat>>;

type Place = Awaited<ReturnType<typeof openPlace>>;

/** One Page with one shop or several, each with one product. */
export async function openPlace({
  shops = 1,
  connected = true,
}: { shops?: number; connected?: boolean } = {}) {
  counter += 1;
  // Shopify's session tokens live for a minute of real time.
  ahead = 0;
  const metaPageId = `10400000${counter}`;
  const page = messenger.addPage({
    id: metaPageId,
    name: 'Maison Lin',
    appId: process.env.META_APP_ID!,
    ...(connected
      ? { subscribedFields: [...FIELDS], profile: { get_started: { payload: GET_STARTED } } }
      : {}),
  });
  const made: OpenShop[] = [];
  for (let each = 1; each <= shops; each += 1) made.push(await openShop(`${counter}-${each}`));
  const pages = connected
    ? await Promise.all(
        made.map(({ shopId }) =>
          db.page.create({
            data: {
              shopId,
              metaPageId,
              name: page.name,
              accessToken: encryptPageToken({ shopId, token: page.token }),
              connectedAt: clock(),
              testPassedAt: clock(),
            },
          }),
        ),
      )
    : [];
  return { metaPageId, page, made, pages };
}

/** A place of its own, and a person in it with a phone. */
export const openChat = async (given: Parameters<typeof openPlace>[0] = {}) => enter(await openPlace(given));

const ends = new Map<string, Effects[]>();
function endsOf(psid: string): Effects[] {
  const known = ends.get(psid) ?? [];
  ends.set(psid, known);
  return known;
}

/** Somebody new comes to a place. */
export function enter({ metaPageId, page, made, pages }: Place) {
  counter += 1;
  const personId = `lea-${counter}`;
  messenger.addPerson({ id: personId, name: 'Lea Blum' });
  const [shop] = made;
  const rateLimiter = createRateLimiter({ perSecond: Infinity });
  const ours = createEventHandler({ checkAvailability: checkAvailability({ clock }), clock });
  const handler: EventHandler<{ event: MetaEvent; step: Step }> = {
    prepare: async (event) => ({ event, step: await ours.prepare(event) }),
    apply: async (tx, { event, step }) => {
      const effects = await ours.apply(tx, step);
      if (event.kind !== 'delivered' && event.kind !== 'read' && event.kind !== 'echoed')
        endsOf(event.psid ?? '').push(effects);
      return effects;
    },
  };

  const chat = {
    messenger,
    shopify,
    metaPageId,
    page,
    pages,
    shops: made,
    ...shop!,
    personId,
    phone: messenger.phone(personId),
    /** What everything that this person did ended in, oldest first. */
    ended: () => endsOf(chat.psid()),
    handler,
    psid: () => messenger.phone(personId).psid(metaPageId),

    ref: (given: Wish = {}) =>
      makeRef({
        ref: {
          kind: 'variant',
          shopId: (given.shop ?? shop!).shopId,
          variantId: given.variantId ?? (given.shop ?? shop!).soldOut[0]!,
          locale: given.locale ?? 'en',
          country: 'DE',
        },
        refKey: (given.shop ?? shop!).refKey,
      }),
    /** Opens the storefront's link, and taps Get Started where Messenger asks for it. */
    open(ref: string) {
      const outcome = chat.phone.openLink(`https://m.me/${metaPageId}?ref=${ref}`).outcome;
      if (outcome === 'get_started') chat.phone.tapGetStarted();
    },
    /** An event in Meta's own hand, signed, through the real door. */
    async post({ what, standby = false, at = clock() }: { what: object; standby?: boolean; at?: Date }) {
      const event = {
        sender: { id: chat.psid() },
        recipient: { id: metaPageId },
        timestamp: at.getTime(),
        ...what,
      };
      // Whoever does something at a Page has a thread with it, and an open window.
      const thread = [...messenger.world.threads.values()].find((one) => one.psid === chat.psid())!;
      Object.assign(thread, { exists: true, windowUntil: at.getTime() + 86_400_000 });
      const entry = { id: metaPageId, time: at.getTime(), [standby ? 'standby' : 'messaging']: [event] };
      const answer = await knock(signed(JSON.stringify({ object: 'page', entry: [entry] })));
      if (answer.status !== 200) throw new Error(`The door answered ${answer.status}.`);
    },
    /** Meta delivers what it has, the inbox is worked until nothing is due. */
    async untilIdle(): Promise<void> {
      for (let round = 0; round < 20; round += 1) {
        await messenger.untilIdle();
        const next = await chat.work();
        const before = messenger.delivered().length;
        await messenger.untilIdle();
        if ((next === null || next > clock()) && messenger.delivered().length === before) return;
      }
      throw new Error('The inbox does not come to rest.');
    },
    async work(holder = 'worker'): Promise<Date | null> {
      const acquired = await acquireLease({ name: `page:${metaPageId}`, holder });
      if ('heldForMs' in acquired) throw new Error('the lease is held by another worker');
      const { lease } = acquired;
      const renewal = setInterval(() => void renewLease(lease), RENEW_MS);
      return processEvents({
        metaPageId,
        lease,
        clock,
        handler,
        onReplySent: recordReplyResult,
        sendReply: ({ page: one, body }) =>
          send({ metaPageId, token: pageToken(one), body, kind: 'reply', rateLimiter }),
      }).finally(() => clearInterval(renewal));
    },
    /** What the Page has said to the person so far, as they read it. */
    said: (who = personId) =>
      messenger
        .phone(who)
        .messages(metaPageId)
        .filter((message) => message.from === 'page' && message.appId === process.env.META_APP_ID),
    lastReply: () => JSON.stringify(chat.said().at(-1)?.content ?? null),
    bubbleWith: (title: string) =>
      chat.said().findLast((message) => JSON.stringify(message.content).includes(`"${title}"`))!.mid,
    /** Arrives and says yes. */
    async subscribe(given: Wish = {}) {
      chat.open(chat.ref(given));
      await chat.untilIdle();
      const token = chat.phone.tapNotifyMe();
      await chat.untilIdle();
      return token;
    },
    subscriptions: () =>
      db.subscription.findMany({ where: { page: { metaPageId } }, orderBy: { id: 'asc' } }),
    /** Events that were not handled and replies that were not sent. */
    unfinished: async () =>
      (await db.webhookEvent.count({ where: { metaPageId } })) +
      (await db.reply.count({ where: { page: { metaPageId } } })),
    problems: () => db.webhookEvent.findMany({ where: { metaPageId, failure: { not: null } } }),
  };
  return chat;
}

type OpenShop = Awaited<ReturnType<typeof openShop>>;

async function openShop(name: string) {
  const domain = `messenger-${name}.myshopify.com`;
  const { store } = shopify;
  const { id: shopId } = store.addShop({ domain });
  const location = store.addLocation({ shop: domain, name: 'Warehouse', fulfillsOnlineOrders: true }).id;
  const product = store.createProduct({
    shop: domain,
    title: 'Linen shirt',
    options: [{ name: 'Size', values: ['S', 'M', 'L'] }],
    variants: ['S', 'M', 'L'].map((size) => ({ options: [size] })),
  });
  const [small, medium, large] = product.variantIds as [bigint, bigint, bigint];
  store.setStock({ shop: domain, variantId: large, locationId: location, available: 5 });
  shopify.install(domain);
  const { session } = await api.auth.tokenExchange({
    shop: domain,
    sessionToken: shopify.sessionToken({ shop: domain, at: new Date() }),
    requestedTokenType: RequestedTokenType.OfflineAccessToken,
    expiring: true,
  });
  session.expires = new Date(Date.now() + 365 * 86_400_000);
  await sessionStorage.storeSession(session);
  const refKey = `key-of-${name}`;
  await db.shop.create({
    data: { id: shopId, domain, name: `Maison ${name}`, installedAt: clock(), refKey },
  });
  return {
    shopId,
    domain,
    refKey,
    location,
    productId: product.id,
    soldOut: [small, medium],
    forSale: large,
  };
}
