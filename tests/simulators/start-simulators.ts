// Starts the Messenger simulator for its own tests: one subscribed app, one Page, a clock that is moved by hand.
import { createHmac } from 'node:crypto';
import { createMessenger, type Messenger } from '../../simulators/messenger/messenger.ts';

export const secret = 'app_secret';
export const appId = '1517776481860111';
export const pageId = '104000000000001';
export const allFields = [
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_reactions',
  'messaging_policy_enforcement',
  'standby',
];

export type Received = { body: string; headers: Headers; events: Record<string, any>[] };
export type TestApp = ReturnType<typeof startSimulators>;

export function startSimulators({ fields = allFields }: { fields?: string[] } = {}) {
  const clock = { at: Date.parse('2026-11-22T10:00:00Z') };
  const received: Received[] = [];
  let answerWith: (request: Request) => Promise<Response> = async () => new Response('ok');
  const messenger = createMessenger({
    now: () => new Date(clock.at),
    send: async (request) => {
      const body = await request.clone().text();
      const parsed = body.startsWith('{') ? JSON.parse(body) : { entry: [] };
      const events = parsed.entry.flatMap((entry: any) => [
        ...(entry.messaging ?? []),
        ...(entry.standby ?? []),
      ]);
      received.push({ body, headers: request.headers, events });
      return answerWith(request);
    },
  });
  messenger.addApp({
    id: appId,
    secret,
    verifyToken: 'verify-me',
    callbackUrl: 'https://app.test/webhooks/messenger',
  });
  const page = messenger.addPage({
    id: pageId,
    name: 'Maison Lin',
    username: 'maisonlin',
    appId,
    subscribedFields: fields,
    profile: { get_started: { payload: 'GET_STARTED' } },
  });
  messenger.addUser({ id: '900', name: 'Ida Merchant', pages: [pageId] });
  messenger.addPerson({ id: 'lea', name: 'Lea Blum' });

  return {
    messenger,
    page,
    clock,
    received,
    answer(how: (request: Request) => Promise<Response>) {
      answerWith = how;
    },
    /** Everything the app was told, in the order in which it came. */
    async notified(): Promise<Record<string, any>[]> {
      await messenger.untilIdle();
      return received.flatMap((one) => one.events);
    },
    call: (input: CallInput) => call({ messenger, token: page.token, ...input }),
    /** Lea comes by a link, taps Get Started, and is in an open conversation. */
    arrive(ref = 'r_1'): string {
      const lea = messenger.phone('lea');
      lea.openLink(`https://m.me/${pageId}?ref=${ref}`);
      lea.tapGetStarted();
      return lea.psid();
    },
    /** Lea is asked and says yes: gives her token. */
    async consent(psid: string): Promise<string> {
      await call({ messenger, token: page.token, body: requestFor(psid) });
      return messenger.phone('lea').tapNotifyMe()!;
    },
  };
}

type CallInput = {
  path?: string;
  method?: string;
  body?: unknown;
  token?: string | null;
  proof?: string | null;
};

export type Heard = { status: number; headers: Headers; body: any };

export async function call(input: CallInput & { messenger: Messenger }): Promise<Heard> {
  const { messenger, path = '/v26.0/me/messages', body, token = null } = input;
  const url = new URL(path, 'https://graph.facebook.com');
  if (token !== null) {
    url.searchParams.set('access_token', token);
    const proof = input.proof === undefined ? proofOf(token) : input.proof;
    if (proof !== null) url.searchParams.set('appsecret_proof', proof);
  }
  const method = input.method ?? (body === undefined ? 'GET' : 'POST');
  const response = await messenger.handle(
    new Request(url, {
      method,
      ...(body === undefined
        ? {}
        : {
            body: typeof body === 'string' ? body : JSON.stringify(body),
            headers: {
              'content-type':
                typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json',
            },
          }),
    }),
  );
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export function proofOf(token: string): string {
  return createHmac('sha256', secret).update(token).digest('hex');
}

export const textTo = (psid: string, text = 'Hello') => ({ recipient: { id: psid }, message: { text } });
export const paidWith = (token: string, text = 'It is back', metadata?: string) => ({
  recipient: { one_time_notif_token: token },
  message: { text, ...(metadata === undefined ? {} : { metadata }) },
});
export const requestFor = (psid: string, payload = 'ask-1') => ({
  recipient: { id: psid },
  message: {
    attachment: {
      type: 'template',
      payload: { template_type: 'one_time_notif_req', title: 'Linen shirt, M: shall we tell you?', payload },
    },
  },
});
