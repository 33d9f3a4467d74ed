// The one place that calls Graph: what goes out, and what every kind of answer, or none, is read as.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, setGlobalDispatcher, type Dispatcher } from 'undici';
import { afterAll, expect, test } from 'vitest';
import { appSecretProof, graph, usageOf } from '../../app/messenger/graph-api.server.ts';
import { createRateLimiter } from '../../app/messenger/rate-limiter.ts';
import { isOpen, replyPermission } from '../../app/messenger/permissions/open-window.ts';
import {
  oneTimeNotification,
  addressedByToken,
} from '../../app/messenger/permissions/one-time-notification.ts';
import { send } from '../../app/messenger/send-api.server.ts';

type Heard = { url: string; headers: IncomingHttpHeaders; body: string };
let heard: Heard[] = [];
let answer: { status: number; body: string; headers?: Record<string, string> } | 'hang up' = {
  status: 200,
  body: '{}',
};

const server: Server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    heard.push({ url: request.url!, headers: request.headers, body });
    if (answer === 'hang up') request.socket.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
let origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const asked: string[] = [];
const leadAway: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  asked.push(String(options.origin));
  return dispatch({ ...options, origin }, handler);
};
const agent = new Agent();
setGlobalDispatcher(agent.compose(leadAway));
afterAll(async () => {
  await agent.destroy();
  server.close();
});

const say = () =>
  send({
    metaPageId: '42',
    token: 'foo_token',
    body: '{"exact":  "bytes"}',
    kind: 'reply',
    rateLimiter: createRateLimiter({ perSecond: 300 }),
  });

test("Meta's own vectors of appsecret_proof", () => {
  expect(appSecretProof('foo_token', 'shhhhh!is.my.secret')).toBe(
    '796ba0d8a6b339e476a7b166a9e8ac0a395f7de736dc37de5f2f4397f5854eb8',
  );
  expect(appSecretProof('token1', 'shhhhh!is.my.secret')).toBe(
    '99eed1703c01487bce54ccf12b7e8007880e3bf7f3820656f17f200b5c976266',
  );
});

test('a message leaves byte for byte, with its proof, and the token in no address', async () => {
  heard = [];
  answer = { status: 200, body: '{"recipient_id":"1","message_id":"m_1"}' };
  expect(await say()).toEqual({ outcome: 'accepted', mid: 'm_1' });
  expect(asked.at(-1)).toBe('https://graph.facebook.com');
  expect(heard[0]!.body).toBe('{"exact":  "bytes"}');
  expect(heard[0]!.url).toBe(`/v26.0/42/messages?appsecret_proof=${appSecretProof('foo_token')}`);
  expect(heard[0]!.url).not.toContain('foo_token');
  expect(heard[0]!.headers.authorization).toBe('Bearer foo_token');
});

test('an answer without recipient or id is an acceptance all the same', async () => {
  answer = { status: 200, body: '{}' };
  expect(await say()).toEqual({ outcome: 'accepted' });
});

test('a refusal comes with its consequence, whatever the status', async () => {
  const error = { message: 'EAABsecretsecret1 is bad', code: 190, error_subcode: 460, fbtrace_id: 'T' };
  for (const status of [200, 400, 401, 500]) {
    answer = { status, body: JSON.stringify({ error }) };
    const refused = await say();
    expect(refused).toMatchObject({
      outcome: 'refused',
      code: 190,
      subcode: 460,
      traceId: 'T',
      consequence: { kind: 'page_trouble', issue: 'reconnect', whole: false },
    });
    expect(JSON.stringify(refused)).not.toContain('EAABsecret');
  }
});

test('no readable answer: the call may have been carried out', async () => {
  for (const one of ['hang up', { status: 502, body: '<html>' }, { status: 500, body: '{}' }] as const) {
    answer = one;
    expect(await say()).toEqual({ outcome: 'lost', began: true });
  }
});

test('nobody there: the call has surely never left', async () => {
  const reachable = origin;
  origin = 'http://127.0.0.1:1';
  expect(await say()).toEqual({ outcome: 'lost', began: false });
  origin = reachable;
});

test('too slow an answer is no answer', async () => {
  const slow = createServer(() => undefined);
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const reachable = origin;
  origin = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  expect(await graph({ method: 'GET', path: '/me', timeoutMs: 300 })).toMatchObject({
    outcome: 'lost',
    began: true,
  });
  origin = reachable;
  slow.closeAllConnections();
  slow.close();
});

test('usage headers: the fullest limit, and how long Meta says to wait', () => {
  expect(usageOf({})).toBeUndefined();
  expect(usageOf({ 'x-app-usage': '{"call_count":28,"total_time":25,"total_cputime":71}' })).toEqual({
    highestPercent: 71,
    regainMs: 0,
  });
  expect(
    usageOf({
      'x-business-use-case-usage':
        '{"1":[{"type":"messenger","call_count":95,"estimated_time_to_regain_access":3},{"type":"pages","call_count":2}]}',
    }),
  ).toEqual({ highestPercent: 95, regainMs: 180_000 });
  expect(usageOf({ 'x-app-usage': 'not json' })).toBeUndefined();
});

test('the one-time token: what is asked, how a yes is read, what pays, when it dies', () => {
  expect(oneTimeNotification.ask!({ title: 'Tell you?', payload: 'r1_1_2' })).toEqual({
    attachment: {
      type: 'template',
      payload: { template_type: 'one_time_notif_req', title: 'Tell you?', payload: 'r1_1_2' },
    },
  });
  const yes = { type: 'one_time_notif_req', payload: 'r1_1_2', one_time_notif_token: 'T' };
  expect(oneTimeNotification.readGrant({ optin: yes })).toEqual({ token: 'T', payload: 'r1_1_2' });
  expect(oneTimeNotification.readGrant({ optin: { ...yes, type: 'notification_messages' } })).toBeNull();
  expect(oneTimeNotification.readGrant({ message: {} })).toBeNull();
  expect(addressedByToken('T')).toEqual({ one_time_notif_token: 'T' });
  expect(oneTimeNotification.diesAt(new Date('2028-02-28T00:00:00Z')).toISOString()).toBe(
    '2029-02-27T00:00:00.000Z',
  );
});

test('the open window lasts 24 hours from the last action, to the millisecond', () => {
  const lastActionAt = new Date('2026-11-22T10:00:00Z');
  expect(isOpen({ lastActionAt, now: new Date('2026-11-23T09:59:59.999Z') })).toBe(true);
  expect(isOpen({ lastActionAt, now: new Date('2026-11-23T10:00:00Z') })).toBe(false);
  expect(isOpen({ lastActionAt: null, now: lastActionAt })).toBe(false);
  expect(replyPermission({ consequence: { kind: 'window' } })).toEqual({ do: 'give up' });
  expect(replyPermission({ consequence: { kind: 'retry', fate: 'unknown' } })).toEqual({
    do: 'again',
    afterMs: 20_000,
  });
});
