// Messenger's simulator: Meta's Graph API, login dialog and m.me links with a memory, for the demo, the tests and the benchmarks.
import { createConversation } from './conversation.ts';
import { createCredentials } from './credentials.ts';
import {
  createDisturbances,
  defaultFaultOptions,
  type FaultOptions,
  type Disturbance,
} from './fault-options.ts';
import { createGraph } from './graph.ts';
import { html, redirect, type Answer, type Call } from './graph-answer.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { createLogin } from './login.ts';
import { createLoginDialog } from './login-dialog.ts';
import { createMint } from './ids.ts';
import { createPace } from './pace.ts';
import { createPageSettings } from './page-settings.ts';
import { createPhone, pageNamed, type Phone } from './phone.ts';
import { createSendApi } from './send-api.ts';
import { createSettlement, type AppGiven, type PageGiven } from './settlement.ts';
import type { Job } from './webhook-sender.ts';
import { createWebhooks } from './webhooks.ts';
import {
  emptyWorld,
  restoreInto,
  snapshotOf,
  type LedgerLine,
  type Refusal,
  type WorldSnapshot,
} from './world.ts';

export { ConnectionLost } from './fault-options.ts';
export { plausiblePermissionFaults, plausibleTokenFaults } from './graph-answer.ts';
export type { AppGiven, Inbox, PageGiven, Phone };

export type Messenger = ReturnType<typeof createMessenger>;
export type MessengerSnapshot = WorldSnapshot & { pending: Job[] };

type Given = {
  now: () => Date;
  /** Carries Meta's own calls to the app: webhooks, the handshake, deauthorisation, data deletion. */
  send: (request: Request) => Promise<Response>;
  random?: () => number;
  /** Where the chat screen is served, for m.me links that a browser follows. */
  chatOrigin?: string;
};

export function createMessenger({
  now,
  send,
  random = Math.random,
  chatOrigin = 'https://www.messenger.test',
}: Given) {
  let faultOptions = defaultFaultOptions();
  const dialled = () => faultOptions;
  const world = emptyWorld();
  const mint = createMint(random);
  const pace = createPace();
  const disturbances = createDisturbances({ random });
  const webhooks = createWebhooks({ world, faultOptions: dialled, mint, now, send });
  const conversation = createConversation({ world, faultOptions: dialled, mint, now, webhooks });
  const credentials = createCredentials({ world, now });
  const login = createLogin({ world, credentials, mint, now });
  const pageSettings = createPageSettings({ world, faultOptions: dialled, now });
  const sendApi = createSendApi({
    world,
    conversation,
    disturbances,
    faultOptions: dialled,
    mint,
    pace,
    now,
  });
  const graph = createGraph({
    world,
    credentials,
    login,
    pageSettings,
    sendApi,
    webhooks,
    faultOptions: dialled,
    mint,
    now,
  });
  const dialog = createLoginDialog({ world, login });
  const settlement = createSettlement({ world, login, conversation, send, now });
  const phones = new Map<string, Phone>();

  /** The fast way in, for hosts that already hold a parsed call. May throw ConnectionLost. */
  function answer(call: Call): Answer | Promise<Answer> {
    webhooks.tick();
    switch (call.url.hostname.split('.')[0]) {
      case 'www':
        return /^\/(v\d+\.\d+\/)?dialog\/oauth\/?$/.test(call.url.pathname)
          ? dialog(call)
          : html('Not found', 404);
      case 'm':
        return shortLink(call);
      default:
        return graph.answer(call);
    }
  }

  function shortLink(call: Call): Answer {
    const page = pageNamed({ world, name: decodeURIComponent(call.url.pathname.split('/')[1] ?? '') });
    if (!page) return html("This page isn't available right now", 404);
    const link = `https://m.me${call.url.pathname}${call.url.search}`;
    return redirect(`${chatOrigin}/chat?open=${encodeURIComponent(link)}`);
  }

  /** Rejects with ConnectionLost where the caller must see its connection die. */
  async function handle(request: Request): Promise<Response> {
    const body = request.method === 'GET' || request.method === 'HEAD' ? '' : await request.text();
    const { headers } = request;
    const answered = await answer({
      method: request.method,
      url: new URL(request.url),
      header: (name) => headers.get(name),
      body,
    });
    return new Response(answered.body === '' ? null : answered.body, {
      status: answered.status,
      headers: answered.headers,
    });
  }

  return {
    handle,
    answer,
    ...settlement,

    /** A person's phone; the same person always has the same one. */
    phone(personId: string): Phone {
      const known = phones.get(personId);
      if (known) return known;
      const phone = createPhone({ world, conversation, faultOptions: dialled, now, personId });
      phones.set(personId, phone);
      return phone;
    },
    inbox: (pageId: string): Inbox => createInbox({ conversation, webhooks, now, pageId }),

    get faultOptions(): FaultOptions {
      return faultOptions;
    },
    resetFaultOptions(): void {
      faultOptions = defaultFaultOptions();
      disturbances.clear();
      webhooks.release();
    },
    /** Makes the next sends go wrong. Returns the switch that ends it. */
    disturb: (what: Disturbance): (() => void) => disturbances.add(what),

    untilIdle: webhooks.untilIdle,
    tick: webhooks.tick,
    release: webhooks.release,
    redeliver: webhooks.redeliver,
    delivered: webhooks.delivered,
    alerts: webhooks.alerts,
    webhookCounts: webhooks.counts,
    verifyCallback: webhooks.verify,

    /** Every message that reached a person through the Send API, in order. */
    ledger: (): readonly LedgerLine[] => world.ledger,
    /** Every call that was refused, and the true reason, whatever the answer said. */
    refusals: (): readonly Refusal[] => world.refusals,
    calls: {
      byRoute: graph.counts,
      /** Attempts to send for a Page, refused ones too: how many, and the most in any rolling second. */
      sends: pace.of,
    },
    watch: conversation.watch,
    world,

    snapshot(): MessengerSnapshot {
      return { ...snapshotOf(world), pending: webhooks.pending() };
    },
    restore(snapshot: MessengerSnapshot): void {
      restoreInto({ world, snapshot });
      pace.forget();
      pageSettings.forget();
      webhooks.restore(snapshot.pending);
    },
  };
}
