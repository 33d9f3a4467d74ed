// How events travel: retried, given up, doubled, mixed, lost, and what survives a restart of the simulator.
import { expect, test } from 'vitest';
import { createMessenger, type MessengerSnapshot } from '../../simulators/messenger/messenger.ts';
import {
  appId,
  call as callAny,
  pageId,
  paidWith,
  requestFor,
  startSimulators,
  textTo,
} from './start-simulators.ts';

const minute = 60_000;

test('what the app refuses is tried again at once, and later by the clock', async () => {
  const { messenger, received, answer, clock } = startSimulators();
  const lea = messenger.phone('lea');
  lea.openLink(`https://m.me/${pageId}`);
  answer(async () => new Response('down', { status: 503 }));
  lea.write('hello');
  await messenger.untilIdle();
  expect(received).toHaveLength(4);
  expect(messenger.webhookCounts()).toMatchObject({ failed: 1, parked: 1 });
  answer(async () => new Response('ok'));
  messenger.tick();
  await messenger.untilIdle();
  expect(received).toHaveLength(4);
  clock.at += 10_000;
  messenger.tick();
  await messenger.untilIdle();
  expect(received).toHaveLength(5);
  expect(received.at(-1)!.events).toEqual(received[0]!.events);
  expect(messenger.webhookCounts()).toMatchObject({ delivered: 1, parked: 0 });
});

test('a connection that breaks is a failure too', async () => {
  const { messenger, received, answer } = startSimulators();
  answer(() => Promise.reject(new TypeError('fetch failed')));
  messenger.phone('lea').openLink(`https://m.me/${pageId}`);
  messenger.phone('lea').write('hello');
  await messenger.untilIdle();
  expect(received).toHaveLength(4);
  expect(messenger.webhookCounts().parked).toBe(1);
});

test('after fifteen minutes Meta warns, after an hour it unsubscribes the app, until it subscribes again', async () => {
  const { messenger, page, received, answer, clock, call } = startSimulators();
  const lea = messenger.phone('lea');
  lea.openLink(`https://m.me/${pageId}`);
  answer(async () => new Response('', { status: 500 }));
  for (let passed = 0; passed <= 60; passed += 5) {
    lea.write(`after ${passed} minutes`);
    await messenger.untilIdle();
    clock.at += 5 * minute;
  }
  expect(messenger.alerts().map(({ kind }) => kind)).toEqual(['developer_alert', 'disabled']);
  expect(page.subscriptions).toEqual({});
  answer(async () => new Response('ok'));
  const before = received.length;
  lea.write('nobody hears this');
  await messenger.untilIdle();
  expect(received).toHaveLength(before);
  const path = `/v26.0/${pageId}/subscribed_apps`;
  expect((await call({ path, body: { subscribed_fields: 'messages' } })).body).toEqual({ success: true });
  lea.write('heard');
  await messenger.untilIdle();
  expect(received).toHaveLength(before + 1);
});

test('one good answer ends the count to an hour', async () => {
  const { messenger, page, answer, clock } = startSimulators();
  const lea = messenger.phone('lea');
  lea.openLink(`https://m.me/${pageId}`);
  for (const status of [500, 200, 500]) {
    answer(async () => new Response('', { status }));
    lea.write(`answered ${status}`);
    await messenger.untilIdle();
    clock.at += 50 * minute;
  }
  expect(page.subscriptions[appId]).toBeDefined();
});

test('an app that does not answer in time has failed', async () => {
  const { messenger, answer } = startSimulators();
  messenger.faultOptions.webhooks.timeoutMs = 5;
  messenger.faultOptions.webhooks.immediateRetries = 0;
  answer(() => new Promise(() => {}));
  messenger.phone('lea').openLink(`https://m.me/${pageId}`);
  messenger.phone('lea').write('hello');
  await messenger.untilIdle();
  expect(messenger.webhookCounts()).toMatchObject({ failed: 1, parked: 1 });
});

test('the same webhook five times at once is the same bytes five times', async () => {
  const { messenger, received, arrive } = startSimulators();
  messenger.faultOptions.webhooks.copies = 5;
  arrive();
  await messenger.untilIdle();
  expect(received).toHaveLength(5);
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  messenger.resetFaultOptions();
  expect(await messenger.redeliver({ times: 3 })).toEqual([200, 200, 200]);
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
});

test('held events can be released as one webhook of many entries', async () => {
  const { messenger, received } = startSimulators();
  messenger.faultOptions.webhooks.hold = true;
  messenger.faultOptions.webhooks.batch = 50;
  for (let n = 0; n < 30; n++) {
    messenger.addPerson({ id: `p${n}`, name: `Person ${n}` });
    messenger.phone(`p${n}`).openLink(`https://m.me/${pageId}`);
    messenger.phone(`p${n}`).tapGetStarted();
  }
  await messenger.untilIdle();
  expect(received).toHaveLength(0);
  messenger.release();
  await messenger.untilIdle();
  expect(received).toHaveLength(1);
  expect(JSON.parse(received[0]!.body).entry).toHaveLength(30);
});

test("a person's own events keep their order, unless dialled to mix", async () => {
  const said = async (shuffle: boolean) => {
    const { messenger, notified } = startSimulators();
    const lea = messenger.phone('lea');
    messenger.faultOptions.webhooks.shuffle = shuffle;
    lea.openLink(`https://m.me/${pageId}`);
    for (let n = 0; n < 40; n++) lea.write(String(n));
    return (await notified()).map((event) => Number(event['message'].text));
  };
  const inOrder = Array.from({ length: 40 }, (_, n) => n);
  expect(await said(false)).toEqual(inOrder);
  const mixed = await said(true);
  expect(mixed).not.toEqual(inOrder);
  expect(mixed.toSorted((a, b) => a - b)).toEqual(inOrder);
});

test('webhooks can be lost, echoes withheld, ids written as numbers, and fields of tomorrow added', async () => {
  const { messenger, received, arrive, call } = startSimulators();
  const psid = arrive();
  await messenger.untilIdle();
  const { webhooks } = messenger.faultOptions;
  webhooks.lose = 1;
  webhooks.loseFields = ['messages'];
  messenger.phone('lea').write('lost');
  webhooks.withholdEchoes = true;
  webhooks.numberIds = true;
  webhooks.extraFields = true;
  await call({ body: textTo(psid) });
  await messenger.untilIdle();
  expect(messenger.webhookCounts().lost).toBe(1);
  expect(received).toHaveLength(2);
  const { body } = received[1]!;
  expect(body).toContain(`"sender":{"id":${psid}}`);
  expect(body).toContain('field_of_tomorrow');
  expect(body).toContain('"delivery"');
  expect(body).not.toContain('is_echo');
});

test('delayed webhooks are waited for', async () => {
  const { messenger, received, arrive } = startSimulators();
  messenger.faultOptions.webhooks.delayMs = 10;
  arrive();
  expect(received).toHaveLength(0);
  await messenger.untilIdle();
  expect(received).toHaveLength(1);
});

test('a world put away as JSON goes on where it stopped', async () => {
  const { messenger, call, arrive, consent, clock, answer, page } = startSimulators();
  const psid = arrive();
  const spent = await consent(psid);
  await call({ body: paidWith(spent) });
  await call({ body: requestFor(psid) });
  const unspent = messenger.phone('lea').tapNotifyMe()!;
  await messenger.untilIdle();
  answer(async () => new Response('', { status: 500 }));
  messenger.phone('lea').write('still to be told');
  await messenger.untilIdle();
  const kept = JSON.parse(JSON.stringify(messenger.snapshot())) as MessengerSnapshot;

  const bodies: string[] = [];
  const next = createMessenger({
    now: () => new Date(clock.at),
    send: async (request) => {
      bodies.push(await request.text());
      return new Response('ok');
    },
  });
  next.restore(kept);
  await next.untilIdle();
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toContain('still to be told');
  expect(next.ledger()).toEqual(messenger.ledger());
  const again = { messenger: next, token: page.token };
  expect((await callAny({ ...again, body: paidWith(spent) })).body.error.code).toBe(100);
  expect((await callAny({ ...again, body: paidWith(unspent) })).status).toBe(200);
  clock.at += 48 * 60 * minute;
  expect((await callAny({ ...again, body: textTo(psid) })).status).toBe(400);
  next.phone('lea').openLink(`https://m.me/${pageId}?ref=back`);
  expect((await callAny({ ...again, body: textTo(psid) })).status).toBe(200);
  expect(messenger.ledger().length).toBe(next.ledger().length - 2);
});

test('the handshake asks with the verify token and takes only the bare challenge', async () => {
  const { messenger, answer } = startSimulators();
  answer(async (request) => {
    const query = new URL(request.url).searchParams;
    if (query.get('hub.verify_token') !== 'verify-me') return new Response('', { status: 403 });
    return new Response(query.get('hub.challenge'));
  });
  expect(await messenger.verifyCallback(appId)).toBe(true);
  messenger.world.apps.get(appId)!.verifyToken = 'other';
  expect(await messenger.verifyCallback(appId)).toBe(false);
});
